import { type FuncNode, func, Pipeline } from "@larder/pipeline";
import { expect, test } from "vitest";

/** Rows of ten, each node reading two of the row before. */
function rows(count: number): Pipeline {
  const nodes = Array.from({ length: count }, (_, index): FuncNode => {
    const [row, place] = [index - 10, index % 10];
    const parents = row < 0 ? ["source"] : [`n${row}`, `n${row - place + ((place + 3) % 10)}`];
    return func({ inputs: parents, output: `n${index}`, name: `n${index}` }, () => 1);
  });
  return new Pipeline(nodes, { name: "rows" });
}

test("a thousand nodes are drawn in every format", async () => {
  const pipeline = rows(1000);
  expect(pipeline.toMermaid().match(/not cached/g)).toHaveLength(1000);
  expect(pipeline.toDot().match(/ -> /g)).toHaveLength(1990);
  const page = await pipeline.toHtml();
  expect(page.match(/<g class="node /g)).toHaveLength(1000);
}, 120_000);

test("a graph too large for a picture is listed, and the page says so", async () => {
  const page = await rows(2001).toHtml();
  expect(page).not.toContain("<svg");
  expect(page).toContain("The graph is not drawn: it has 2,001 nodes");
  expect(page.match(/<th scope="row">/g)).toHaveLength(2001);
});
