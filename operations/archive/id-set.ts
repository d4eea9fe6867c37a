/** Numbers in a block. */
const blockSize = 32 * 1024;

/** Numbers of lines in a table of contents, of which there may be millions: a bit for each. */
export class IdSet {
  #blocks = new Map<number, Uint32Array>();

  add(id: string): void {
    const number = Number(id);
    const block = Math.floor(number / blockSize);
    let bits = this.#blocks.get(block);
    if (bits === undefined) {
      bits = new Uint32Array(blockSize / 32);
      this.#blocks.set(block, bits);
    }
    const place = number % blockSize;
    bits[place >> 5] = (bits[place >> 5] ?? 0) | (1 << (place & 31));
  }

  has(id: string): boolean {
    const number = Number(id);
    const bits = this.#blocks.get(Math.floor(number / blockSize));
    const place = number % blockSize;
    return bits !== undefined && ((bits[place >> 5] ?? 0) & (1 << (place & 31))) !== 0;
  }
}
