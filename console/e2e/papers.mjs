// What people of the stories send each other: pictures and files made on the spot, as setInputFiles takes them.
import { crc32, deflateSync } from 'node:zlib'

/** A hillside in the evening, as a PNG. */
export function picture(name, width = 640, height = 420) {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(colour(x / width, y / height), y * (1 + width * 3) + 1 + x * 3)
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8) // eight bits of red, green and blue
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const buffer = Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
  return { name, mimeType: 'image/png', buffer }
}

/** Plain text of exactly so many bytes. */
export function paper(name, size) {
  return { name, mimeType: 'text/plain', buffer: Buffer.alloc(size, 'Spring leaves from high gardens.\n') }
}

/** A drawing that would run a script where it is taken for a picture. */
export function drawing(name) {
  const text = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60"><script>alert(1)</script><rect width="80" height="60" fill="teal"/></svg>'
  return { name, mimeType: 'image/svg+xml', buffer: Buffer.from(text) }
}

function colour(x, y) {
  const near = 0.72 + 0.08 * Math.sin(x * 5 + 1)
  const far = 0.55 + 0.1 * Math.sin(x * 3)
  if (y > near) return [46, 94, 66]
  if (y > far) return [92, 138, 104]
  return [250 - 60 * (1 - y), 214 - 40 * (1 - y), 178 + 40 * (1 - y)].map(Math.round)
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
