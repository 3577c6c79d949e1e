// The same module for `import`: there is one copy of its classes, however it is loaded.
export {
  AbortError, Dataset, Group, Table, VaridexError,
  annotate, annotateFile, build, guessMapping, loadPeople, open, openSync, simulate, version,
} from './lib/index.js'
