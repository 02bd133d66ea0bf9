import { describe, expect, it } from "vitest";
import { type HttpJsonFetcherOptions, httpJsonFetcher } from "../../src/fetchers/http-json-fetcher.js";
import { isRetryable } from "../../src/fetching/is-retryable.js";
import { getData } from "../../src/get-data.js";
import { codesOf, fetchRows, rejectionOf } from "../engines/fetch-rows.js";
import { withCache } from "../engines/with-cache.js";
import { type GotRequest, sendJson, withServer } from "./http-server.js";

/** Rows for whatever ids are in the query. */
function rowsOf({ query }: GotRequest): unknown[] {
  const ids = query.get("ids")!.split(",").map(Number);
  return ids.filter((id) => id % 10 !== 0).map((id) => ({ id, name: `row ${id}` }));
}

/** What fetching with these options fails with, when the endpoint answers with a text. */
function failureWith(text: string, options: Omit<HttpJsonFetcherOptions, "url"> = {}): Promise<Error> {
  return withServer(
    (_request, response) => sendJson(response, text),
    async ({ url }) => {
      const fetcher = httpJsonFetcher({ ...options, url: `${url.replace("//", "//user:sesame@")}/rows?key=sesame` });
      const error = (await rejectionOf(fetchRows(fetcher, [1], "t", ["name"]))) as Error;
      expect(error.message).not.toContain("sesame");
      expect(JSON.stringify((error as { facts?: unknown }).facts)).not.toContain("sesame");
      return error;
    },
  );
}

describe("the fetcher of an HTTP endpoint", () => {
  it("asks for ids in the query, so many at a time, and takes the rows of all answers", async () => {
    await withServer(
      (request, response) => sendJson(response, rowsOf(request)),
      async ({ url, requests }) => {
        const fetcher = httpJsonFetcher({ url: `${url}/rows?key=a`, idsPerRequest: 40 });
        const ids = Array.from({ length: 100 }, (_, place) => place + 1);
        const rows = await fetchRows(fetcher, ids, "t", ["name"]);
        expect(rows).toHaveLength(90);
        expect(rows[0]).toEqual({ id: 1, name: "row 1" });
        expect(requests.map(({ query }) => query.get("ids")!.split(",").length)).toEqual([40, 40, 20]);
        expect(requests[0]).toMatchObject({ method: "GET", path: "/rows", headers: { accept: "application/json" } });
        expect([requests[0]!.query.get("key"), requests[0]!.query.get("columns")]).toEqual(["a", "id,name"]);
      },
    );
  });

  it("keeps ids that are texts apart, whatever characters they have", async () => {
    const ids = ["a,b", "c&ids=d", "ü 😀", "#?"];
    await withServer(
      ({ query }, response) =>
        sendJson(
          response,
          query.getAll("ids").map((id) => ({ id })),
        ),
      async ({ url }) => {
        expect((await fetchRows(httpJsonFetcher({ url }), ids, "t", [])).map((row) => row.id)).toEqual(ids);
      },
    );
  });

  it("posts ids, columns and table as JSON, in which large ids are exact, and reads large numbers exactly", async () => {
    await withServer(
      (_request, response) =>
        sendJson(response, '{"data": {"items": [{"id": 9007199254740993, "n": [-9223372036854775808, 0.1]}]}}'),
      async ({ url, requests }) => {
        const fetcher = httpJsonFetcher({
          url,
          method: "POST",
          rowsAt: "data.items",
          headers: () => ({ "x-key": "k" }),
        });
        expect(await fetchRows(fetcher, [9007199254740993n, 5], "s.t", ["n"])).toEqual([
          { id: 9007199254740993n, n: [-9223372036854775808n, 0.1] },
        ]);
        expect(requests[0]!.body).toBe('{"ids":[9007199254740993,5],"columns":["id","n"],"table":"s.t"}');
        expect(requests[0]).toMatchObject({
          method: "POST",
          headers: { "content-type": "application/json", "x-key": "k" },
        });
      },
    );
  });

  it("sends what a function makes: an address, a request, or its parts", async () => {
    await withServer(
      (_request, response) => sendJson(response, [{ id: 1 }]),
      async ({ url, requests }) => {
        const made = [
          `${url}/a`,
          new URL(`${url}/b`),
          new Request(`${url}/c`, { method: "PUT", body: "text", headers: { "x-a": "1" } }),
          { url: `${url}/d`, method: "POST", body: "{}", headers: { accept: "text/plain" } },
        ];
        for (const request of made) await fetchRows(httpJsonFetcher({ url: () => request }), [1], "t", []);
        expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
          ["GET", "/a", ""],
          ["GET", "/b", ""],
          ["PUT", "/c", "text"],
          ["POST", "/d", "{}"],
        ]);
        expect([requests[2]!.headers["x-a"], requests[3]!.headers.accept]).toEqual(["1", "text/plain"]);
      },
    );
  });

  it("sends user and password of the address as a header", async () => {
    await withServer(
      (_request, response) => sendJson(response, []),
      async ({ url, requests }) => {
        await fetchRows(httpJsonFetcher({ url: url.replace("//", "//me:p%40ss@") }), [1], "t", []);
        expect(requests[0]!.headers.authorization).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`);
      },
    );
  });

  it("tells statuses that may pass from those that do not, and when to ask again", async () => {
    for (const [status, retryable] of [
      [400, false],
      [401, false],
      [404, false],
      [408, true],
      [429, true],
      [500, true],
      [503, true],
    ] as const) {
      await withServer(
        (_request, response) => response.writeHead(status, { "retry-after": "2" }).end("sesame"),
        async ({ url, host }) => {
          const error = (await rejectionOf(
            fetchRows(httpJsonFetcher({ url: `${url}/rows?key=sesame` }), [1], "t", []),
          )) as Error;
          expect(error).toMatchObject({ code: "http-status", status, retryAfterMs: 2000 });
          expect(error.message).toContain(`http://${host}/rows answered ${status}`);
          expect(error.message).not.toContain("sesame");
          expect(isRetryable(error)).toBe(retryable);
        },
      );
    }
  });

  it("says where an answer stops to be JSON, without secrets of the address", async () => {
    expect(await failureWith('[{"id": 1,}]')).toMatchObject({ code: "invalid-json", facts: { position: 10 } });
    expect(await failureWith("<html>")).toMatchObject({ code: "invalid-json", facts: { position: 0 } });
    expect(await failureWith("")).toMatchObject({ code: "invalid-json" });
    expect(await failureWith('[{"id": 1, "name": 1e999}]')).toMatchObject({ code: "invalid-json" });
  });

  it("refuses answers that are not rows, or lack columns", async () => {
    expect(await failureWith('{"items": []}')).toMatchObject({ code: "invalid-answer" });
    expect(await failureWith('{"items": []}', { rowsAt: "item" })).toMatchObject({ code: "invalid-answer" });
    expect(await failureWith("{}", { rowsAt: "constructor" })).toMatchObject({ code: "invalid-answer" });
    expect(await failureWith("[null]")).toMatchObject({ code: "invalid-answer", facts: { row: 0 } });
    expect(await failureWith("[[1]]")).toMatchObject({ code: "invalid-answer" });
    expect(await failureWith('[{"id": 1, "nmae": 2}]')).toMatchObject({
      code: "absent-field",
      facts: { lacking: ["name"], available: ["id", "nmae"] },
    });
  });

  it("takes fields that are left out for null when told so", async () => {
    await withServer(
      (_request, response) => sendJson(response, '[{"id": 1}, {"id": 2, "name": "b"}]'),
      async ({ url }) => {
        const rows = await fetchRows(httpJsonFetcher({ url, absentFields: "null" }), [1, 2], "t", ["name"]);
        expect(rows).toEqual([
          { id: 1, name: null },
          { id: 2, name: "b" },
        ]);
      },
    );
  });

  it("stops reading an answer that is too large, whether its length is said or not", async () => {
    const endless = (_request: GotRequest, response: import("node:http").ServerResponse) => {
      const more = () => {
        while (response.write(Buffer.alloc(65_536, 32)));
        response.once("drain", more);
      };
      more();
    };
    await withServer(endless, async ({ url }) => {
      const error = await rejectionOf(fetchRows(httpJsonFetcher({ url, mostBytes: 200_000 }), [1], "t", []));
      expect(error).toMatchObject({ code: "answer-too-large" });
    });
    expect(await failureWith(`[${" ".repeat(1000)}]`, { mostBytes: 1000 })).toMatchObject({ code: "answer-too-large" });
    await withServer(
      (_request, response) => sendJson(response, `[${" ".repeat(998)}]`),
      async ({ url }) => {
        expect(await fetchRows(httpJsonFetcher({ url, mostBytes: 1000 }), [1], "t", [])).toEqual([]);
      },
    );
  });

  it("refuses text that is not UTF-8, rather than replace characters", async () => {
    await withServer(
      (_request, response) => response.end(Buffer.from([91, 34, 255, 34, 93])),
      async ({ url }) => {
        expect(await rejectionOf(fetchRows(httpJsonFetcher({ url }), [1], "t", []))).toMatchObject({
          code: "invalid-json",
        });
      },
    );
  });

  it("breaks off a request when the call is aborted", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    await withServer(
      () => abort.abort(reason),
      async ({ url }) => {
        const fetching = fetchRows(httpJsonFetcher({ url }), [1], "t", [], { signal: abort.signal });
        expect(await rejectionOf(fetching)).toBe(reason);
      },
    );
  });

  it("says that it could not reach the endpoint, in a way that is asked again", async () => {
    const gone = await withServer(
      () => undefined,
      async ({ url }) => url,
    );
    const refused = await rejectionOf(fetchRows(httpJsonFetcher({ url: `${gone}/rows?key=sesame` }), [1], "t", []));
    expect(refused).toMatchObject({
      code: "http-failed",
      message: expect.stringMatching(/\/rows could not be asked.*ECONNREFUSED/),
    });
    expect(isRetryable(refused)).toBe(true);
    await withServer(
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" }).write("[");
        setImmediate(() => response.destroy());
      },
      async ({ url }) => {
        const error = await rejectionOf(fetchRows(httpJsonFetcher({ url }), [1], "t", []));
        expect(error).toMatchObject({ code: "http-failed" });
        expect(isRetryable(error)).toBe(true);
      },
    );
  });

  it("tells the status even where the body of the answer can't be given up", async () => {
    const pull = () => Promise.resolve();
    const cancel = () => Promise.reject(new Error("cancel fails"));
    for (const [init, expected] of [
      [{ status: 503 }, { code: "http-status", status: 503, retryable: true }],
      [{ headers: { "content-length": "9" } }, { code: "answer-too-large" }],
    ] as const) {
      const send = async () => new Response(new ReadableStream({ pull, cancel }), init);
      const fetcher = httpJsonFetcher({ url: "http://h/", fetch: send, mostBytes: 8 });
      expect(await rejectionOf(fetchRows(fetcher, [1], "t", []))).toMatchObject(expected);
    }
  });

  it("stands causes that go round in a circle", async () => {
    const first = new Error("first");
    first.cause = new Error("second", { cause: first });
    const fetcher = httpJsonFetcher({ url: "http://h/", fetch: () => Promise.reject(first) });
    expect(await rejectionOf(fetchRows(fetcher, [1], "t", []))).toMatchObject({ code: "http-failed" });
  });

  it("tells no secret when an address or a header is wrong", async () => {
    for (const options of [
      { url: "ftp://me:sesame@host/" },
      { url: "sesame" },
      { url: "http://a%zz:sesame@host/" },
      { url: "http://h/", headers: { "x-key": "a\nsesame" } },
    ]) {
      const error = (await rejectionOf(fetchRows(httpJsonFetcher(options), [1], "t", []))) as Error;
      expect(error).toMatchObject({ code: "invalid-option" });
      expect(`${error.message} ${String(error.cause)}`).not.toContain("sesame");
    }
    expect(() => httpJsonFetcher({ url: "http://h/", idsPerRequest: 0 })).toThrow(/idsPerRequest/);
  });

  it("is asked again by getData after 503, and not again for what is cached", async () => {
    let busy = true;
    await withServer(
      (request, response) => {
        if (!busy) return sendJson(response, rowsOf(request));
        busy = false;
        response.writeHead(503).end();
      },
      async ({ url, requests }) => {
        await withCache(async (cache) => {
          const request = {
            ids: [1, 2, 10],
            columns: ["name"],
            table: "api",
            cache,
            onMissing: "omit",
            retryDelayMs: 0,
          } as const;
          const fetcher = httpJsonFetcher({ url });
          const answer = await getData({ ...request, fetcher });
          expect(answer.toRows()).toEqual([
            { id: 1, name: "row 1" },
            { id: 2, name: "row 2" },
          ]);
          expect([answer.missingIds, answer.report.retries, requests.length]).toEqual([[10], 1, 2]);
          expect((await getData({ ...request, fetcher })).toRows()).toEqual(answer.toRows());
          expect(requests).toHaveLength(2);
        });
      },
    );
  });

  it("does not ask again after 404, and names the cause", async () => {
    await withServer(
      (_request, response) => response.writeHead(404).end(),
      async ({ url, requests }) => {
        await withCache(async (cache) => {
          const request = { ids: [1], columns: [], table: "api", cache, retryDelayMs: 0 };
          const error = await rejectionOf(getData({ ...request, fetcher: httpJsonFetcher({ url }) }));
          expect(codesOf(error)).toEqual(["batch-fetch", "http-status"]);
          expect(requests).toHaveLength(1);
        });
      },
    );
  });
});
