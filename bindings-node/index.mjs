// The same module for `import`: there is one copy of its classes, however it is loaded.
export {
  AbortError, Beacon, Dataset, Group, PolicyView, Table, VaridexError,
  add, annotate, annotateFile, build, compact, guessMapping, loadPeople, open, openBeacon, openSync, simulate, version,
} from './lib/index.js'
