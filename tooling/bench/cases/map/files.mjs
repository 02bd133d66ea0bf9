/** Names of files, of which ten were edited where `edited` is given; `count` is a multiple of ten, 80 at least. */
export function filesOf(count, edited) {
  return Array.from({ length: count }, (_, index) => {
    const changed = edited !== undefined && index % (count / 10) === 7;
    return `packages/p${index % 97}/src/file-${index}.ts${changed ? `?${edited}` : ""}`;
  });
}
