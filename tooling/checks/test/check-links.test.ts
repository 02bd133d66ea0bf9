import { describe, expect, it } from "vitest";
import { checkLinks } from "../src/check-links.js";
import { fixtureTree } from "./fixture-tree.js";

describe("checkLinks", () => {
  it("reports a link to a file that does not exist, with its line", () => {
    const tree = fixtureTree({ "docs/page.md": "# Page\n\nSee [this](../packages/none.md).\n" });
    expect(checkLinks(tree)).toEqual([expect.objectContaining({ rule: "links", file: "docs/page.md", line: 3 })]);
  });

  it("reports a link to a heading that does not exist, in another page and in its own", () => {
    const tree = fixtureTree({
      "README.md": "[a](GUIDE.md#first-steps) [b](GUIDE.md#last-steps) [c](#nowhere)\n",
      "GUIDE.md": "## First `steps`\n",
    });
    expect(checkLinks(tree).map(({ message }) => message.split('"')[1])).toEqual(["GUIDE.md#last-steps", "#nowhere"]);
  });

  it("reports a link that leaves the repository, an image that is missing, and a definition that leads nowhere", () => {
    const tree = fixtureTree({ "README.md": "[a](../outside.md)\n![b](picture.svg)\n[c]: missing.md\n" });
    expect(checkLinks(tree)).toHaveLength(3);
  });

  it("accepts files, folders, headings and addresses, and looks at no code", () => {
    const tree = fixtureTree({
      "README.md":
        "# Read me\n[a](docs/) [b](docs/page.md) [c](#read-me) [d](https://example.com) `[e](none.md)`\n```ts\n[f](none.md)\n```\n",
      "docs/page.md": "",
    });
    expect(checkLinks(tree)).toEqual([]);
  });
});
