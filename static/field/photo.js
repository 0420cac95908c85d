/**
 * Makes photos small on the phone: a JPEG of at most 300 kB. Drawing it anew also leaves behind everything that the
 * camera wrote beside the picture, the position above all.
 */

export const MOST_BYTES = 300_000;

/** Width and height that fit into a square of `side` pixels, never enlarged. */
export function fitted(width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** What is tried in turn until the photo is small enough: {side (px), quality (0–1)}. */
export function* attempts() {
  for (const quality of [0.8, 0.65, 0.5]) {
    yield { side: 1600, quality };
  }
  for (const side of [1280, 1024, 800, 640]) {
    yield { side, quality: 0.5 };
  }
}

function encoded(canvas, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

/**
 * Resolves to {type, bytes (ArrayBuffer)}. Rejects when the file is no picture that this browser can read.
 *
 * @param {Blob} file
 */
export async function shrunk(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const canvas = document.createElement("canvas");
    let blob = null;
    for (const { side, quality } of attempts()) {
      const size = fitted(picture.width, picture.height, side);
      if (canvas.width !== size.width || canvas.height !== size.height || !blob) {
        Object.assign(canvas, size);
        canvas.getContext("2d").drawImage(picture, 0, 0, size.width, size.height);
      }
      blob = await encoded(canvas, quality);
      if (blob.size <= MOST_BYTES) {
        break;
      }
    }
    return { type: blob.type, bytes: await blob.arrayBuffer() };
  } finally {
    picture.close();
  }
}
