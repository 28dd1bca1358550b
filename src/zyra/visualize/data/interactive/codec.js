// Numbers that the page carries: differences, split into planes of bytes, deflated, as base64.

async function unpacked(id, bytesEach) {
  const text = atob(document.getElementById(id).textContent);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const count = planes.length / bytesEach;
  const numbers = bytesEach === 2 ? new Uint16Array(count) : new Int32Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let step = 0;
    for (let plane = 0; plane < bytesEach; plane++) step |= planes[plane * count + i] << (8 * plane);
    sum = (sum + step) | 0;
    numbers[i] = sum; // typed arrays wrap as the differences did
  }
  return numbers;
}
