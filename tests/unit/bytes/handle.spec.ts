import {
  NO_HANDLE,
  handleGeneration,
  handleIndex,
  handleOf,
  nextGeneration,
} from "../../../assembly/bytes/handle";

describe("a handle", () => {
  it("keeps index and generation apart", () => {
    const indices: i32[] = [0, 1, 127, 255, 510];
    const generations: u32[] = [0, 1, 77, 0x3fffff];
    for (let i = 0; i < indices.length; i++) {
      for (let j = 0; j < generations.length; j++) {
        const handle = handleOf(indices[i], generations[j]);
        expect(handleIndex(handle)).toBe(indices[i]);
        expect(handleGeneration(handle)).toBe(generations[j]);
        expect(handle).not.toBe(NO_HANDLE);
      }
    }
  });

  it("no handle has no index", () => {
    expect(handleIndex(NO_HANDLE)).toBe(-1);
  });

  it("generations go round and stay within their bits", () => {
    expect(nextGeneration(0)).toBe(1);
    expect(nextGeneration(0x3fffff)).toBe(0);
    expect(handleGeneration(handleOf(3, nextGeneration(0x3ffffe)))).toBe(0x3fffff);
  });
});
