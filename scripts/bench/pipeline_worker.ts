/** A Worker that runs the pipeline or its floor as often as it is asked to, on pages that it was given. */
import { webDigest } from "../../src/digest.ts";
import { type Compression, eventsOf, floor, type Pages, pipeline } from "./pipeline.ts";

let pages: Pages;
let batches: readonly unknown[][];

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "PUT") {
      pages = await request.json();
      batches = await eventsOf(pages, webDigest);
      return new Response();
    }
    const { pathname, searchParams } = new URL(request.url);
    const compression = searchParams.get("compression") as Compression;
    for (let round = Number(searchParams.get("rounds")); round > 0; round--) {
      if (pathname === "/floor") floor(pages, batches, compression);
      else await pipeline(pages, compression, webDigest);
    }
    return new Response();
  },
};
