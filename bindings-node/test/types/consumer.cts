// What a user of TypeScript writes, with `require`. It is compiled, not run.

import varidex = require('varidex')

const dataset: varidex.Dataset = varidex.openSync('a.vdx')
const count: number = dataset.askSync('all').count
console.log(count, varidex.version)
