// The same module for `import`: there is one copy of its classes, however it is loaded.
export {
  AbortError, Beacon, Dataset, Group, PolicyView, Published, Table, VaridexError,
  add, annotate, annotateFile, build, compact, guessMapping, loadPeople, open, openBeacon, openPublished, openSync, simulate, version,
} from './lib/index.js'
