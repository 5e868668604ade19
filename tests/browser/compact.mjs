// Pictures of a page have few colours: with a palette they are a third of the size. Kept as small as that takes, so that no tool is needed.
import { deflateSync, inflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const channelsOf = { 2: 3, 6: 4 }; // colour types RGB and RGBA

/** The same picture as a PNG with a palette of at most 256 colours. */
export function compact(png) {
  const { width, height, pixels } = decode(png);
  const { palette, indexes } = reduce(pixels);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) indexes.copy(lines, y * (width + 1) + 1, y * width, (y + 1) * width);

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // bits, palette
  return Buffer.concat([signature, chunk("IHDR", header), chunk("PLTE", palette), chunk("IDAT", deflateSync(lines, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

/** Pixels as 0xRRGGBB. */
function decode(png) {
  let header;
  const data = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = body;
    if (type === "IDAT") data.push(body);
    at += length + 12;
  }

  const [width, height, channels] = [header.readUInt32BE(0), header.readUInt32BE(4), channelsOf[header[9]]];
  if (header[8] !== 8 || !channels || header[12] !== 0) throw new Error("Only what a browser takes is understood: 8 bits, RGB or RGBA, not interlaced.");
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  const pixels = new Uint32Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    const line = raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [x >= channels ? line[x - channels] : 0, above[x], x >= channels ? above[x - channels] : 0];
      line[x] += [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
    for (let x = 0; x < width; x++) pixels[y * width + x] = line[x * channels] << 16 | line[x * channels + 1] << 8 | line[x * channels + 2];
    above = line;
  }
  return { width, height, pixels };
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** The most frequent colours stay as they are; each other becomes the nearest of them. */
function reduce(pixels) {
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const kept = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const index = new Map(kept.map((colour, at) => [colour, at]));
  for (const colour of counts.keys()) if (!index.has(colour)) index.set(colour, nearest(kept, colour));
  return {
    palette: Buffer.from(kept.flatMap(colour => [colour >> 16, colour >> 8 & 255, colour & 255])),
    indexes: Buffer.from(Uint8Array.from(pixels, colour => index.get(colour))),
  };
}

function nearest(kept, colour) {
  const distance = other => (((other >> 16) - (colour >> 16)) ** 2) + (((other >> 8 & 255) - (colour >> 8 & 255)) ** 2) + (((other & 255) - (colour & 255)) ** 2);
  return kept.reduce((best, other, at) => distance(other) < distance(kept[best]) ? at : best, 0);
}

function chunk(type, body) {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}
