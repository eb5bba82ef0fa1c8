// A camera that sees what a test shows it: Chromium plays a Y4M film in place of one.
import { writeFile } from 'node:fs/promises';

const WIDTH = 1280;
const HEIGHT = 720;
const GREY = 150;

/** Arguments of a browser whose camera plays that film, and which asks nobody for permission. */
export const cameraArgs = (file) => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
];

/** The modules of a QR code that the page draws: its side with the quiet zone, and whether one is dark. */
export async function modulesOf(svg) {
  const [viewBox, path] = await svg.evaluate((element) => [
    element.getAttribute('viewBox'),
    element.querySelector('path').getAttribute('d'),
  ]);
  const size = Number(viewBox.split(' ')[2]);
  const dark = new Set();
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let at = 0; at < Number(run); at += 1) dark.add(`${Number(x) + at} ${y}`);
  }
  return { size, dark: (x, y) => dark.has(`${x} ${y}`), version: (size - 8 - 17) / 4 };
}

/** Makes the film: the QR code in the middle of something grey; without one only the grey. */
export async function film(file, svg) {
  const luma = Buffer.alloc(WIDTH * HEIGHT, GREY);
  const code = svg && (await modulesOf(svg));
  if (code) {
    const scale = Math.floor((HEIGHT * 0.9) / code.size);
    const [left, top] = [WIDTH, HEIGHT].map((side) => Math.floor((side - code.size * scale) / 2));
    for (let y = 0; y < code.size * scale; y += 1) {
      for (let x = 0; x < code.size * scale; x += 1) {
        const dark = code.dark(Math.floor(x / scale), Math.floor(y / scale));
        luma[(top + y) * WIDTH + left + x] = dark ? 30 : 225;
      }
    }
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  await writeFile(file, Buffer.concat([head, frame, frame]));
  return code;
}
