// Compresses what `npm run build` made: the library embeds the .br files alone.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'

const compress = promisify(brotliCompress)

for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const file = join(entry.parentPath, entry.name)
  if (file.endsWith('.br')) await rm(file)
  else await writeFile(`${file}.br`, await compress(await readFile(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
}
