/** A Worker that runs the pipeline or its floor as often as it is asked to, on a listing that it was given. */
import { webDigest } from "../../src/digest.ts";
import { type Compression, eventsOf, floor, Listing, pipeline } from "./pipeline.ts";

let listing: Listing;
let batches: readonly unknown[][];

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "PUT") {
      const { records, pageSize } = await request.json() as Listing;
      listing = new Listing(records, pageSize);
      batches = await eventsOf(listing, webDigest);
      return new Response();
    }
    const { pathname, searchParams } = new URL(request.url);
    const compression = searchParams.get("compression") as Compression;
    for (let round = Number(searchParams.get("rounds")); round > 0; round--) {
      if (pathname === "/floor") floor(listing, batches, compression);
      else await pipeline(listing, compression, webDigest);
    }
    return new Response();
  },
};
