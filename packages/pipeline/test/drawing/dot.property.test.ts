import { instance } from "@viz-js/viz";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hostileNames, hostilePipeline, shown } from "./hostile-names.js";

interface Drawn {
  readonly label: string;
  readonly objects: readonly { readonly name: string; readonly label: string; readonly nodes?: readonly number[] }[];
  readonly edges: readonly { readonly tail: number; readonly head: number }[];
}

test("Graphviz reads every name as it is, and nothing else", async () => {
  const viz = await instance();
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      const dot = hostilePipeline(names).toDot();
      const rendered = viz.render(dot, { format: "json", yInvert: false });
      // Warnings are about fonts.
      expect(rendered.errors.filter(({ level }) => level === "error")).toEqual([]);
      const drawn = JSON.parse(rendered.output as string) as Drawn;
      const [inner, first, second, outside, input] = names.map(shown);
      const ofNames = (name: string) => drawn.objects.find((object) => object.name === name)!;
      // In JSON, labels stand as they were given, escapes and all.
      expect(unescaped(drawn.label)).toBe(outside);
      expect(unescaped(ofNames("cluster_c0").label)).toBe(inner);
      expect(unescaped(ofNames("n0").label)).toBe(`${first}\nnot cached`);
      expect(unescaped(ofNames("n1").label)).toBe(`${second}\nnot cached`);
      expect(unescaped(ofNames("n2").label)).toBe(`${outside}\nnot cached`);
      expect(unescaped(ofNames("i0").label)).toBe(input);
      expect(drawn.objects).toHaveLength(5);
      expect(drawn.edges).toHaveLength(3);
    }),
    { numRuns: 100 },
  );
});

test("Graphviz draws the names as they are", async () => {
  const viz = await instance();
  fc.assert(
    fc.property(hostileNames, (names) => {
      const svg = viz.renderString(hostilePipeline(names).toDot(), { format: "svg" });
      const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => decoded(text!));
      for (const name of names) expect(texts).toContain(blanks(shown(name)));
      expect(texts).toHaveLength(9);
    }),
    { numRuns: 100 },
  );
});

function unescaped(label: string): string {
  return label
    .replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character))
    .replaceAll("&amp;", "&");
}

/** As SVG shows blanks: Graphviz writes them as ones that don't break. */
function blanks(text: string): string {
  return text.replaceAll("\u00a0", " ");
}

function decoded(text: string): string {
  const plain = text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  return blanks(
    plain
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&apos;", "'")
      .replaceAll("&amp;", "&"),
  );
}
