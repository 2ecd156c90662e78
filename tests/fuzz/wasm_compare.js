// SPDX-License-Identifier: Apache-2.0
// wasm_compare.js - asks V8 whether it agrees with what `fuzz_wasm --dump FILE` accepted and refused.
//
//     node tests/fuzz/wasm_compare.js FILE
//
// Modules that need what we do not support (status 16) are left out. V8 knows later proposals, so a
// few refusals that name one (shared memories, memory64) may remain. Ends with 1 where we accept
// what V8 refuses.
'use strict';
const fs = require('fs');

const UNSUPPORTED = 16;
const TEXT_BYTES = 120;

function* records(path) {
  const data = fs.readFileSync(path);
  for (let at = 0; at + 8 <= data.length;) {
    const status = data.readUInt32LE(at);
    const size = data.readUInt32LE(at + 4);
    const bytes = data.subarray(at + 8, at + 8 + size);
    const text = data.subarray(at + 8 + size, at + 8 + size + TEXT_BYTES).toString('latin1');
    at += 8 + size + TEXT_BYTES;
    yield {status, bytes, text: text.replace(/\0.*$/s, '')};
  }
}

function reason(bytes) {
  try {
    new WebAssembly.Module(bytes);
  } catch (error) {
    return error.message.replace(/^.*?: /, '');
  }
  return '';
}

let agreed = 0;
let worse = 0;
const differences = new Map();
for (const {status, bytes, text} of records(process.argv[2])) {
  if (status === UNSUPPORTED) {
    continue;
  }
  const accepted = status === 0;
  if (WebAssembly.validate(bytes) === accepted) {
    agreed++;
    continue;
  }
  worse += accepted;
  const message = accepted ? 'we accept, V8: ' + reason(bytes)
                           : 'we refuse: ' + text.replace(/: (function|at) .*/, '');
  const key = message.replace(/\d+/g, 'N');
  differences.set(key, (differences.get(key) || 0) + 1);
}
for (const [key, count] of differences) {
  console.log(`${count} × ${key}`);
}
console.log(`${agreed} agreed`);
process.exit(worse > 0 ? 1 : 0);
