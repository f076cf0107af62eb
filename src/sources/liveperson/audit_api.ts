/**
 * Requests to the audit API, with the session's host and token, and with new ones if those fail. Does I/O
 * through `Upstream`.
 */
import { CollectorError } from "../../errors.ts";
import type { Sender, UpstreamReply, UpstreamRequest } from "../../upstream/upstream.ts";
import { failure, isPageFailure, isSilence } from "./failure.ts";
import type { Access, Session } from "./session.ts";

interface PostOptions {
  /** Answers other than status 200 that the caller reads. */
  readonly accepts?: (reply: UpstreamReply) => boolean;
  /** A failure is an answer too: it is not retried, and the host is not doubted. */
  readonly probing?: boolean | undefined;
  /** The most that is read of the answer; the service's limit if left out. */
  readonly maxBytes?: number | undefined;
}

export class AuditApi {
  /** A page was asked for again in vain: later failures in this run are not retried. */
  #hasRetried = false;

  constructor(
    private readonly accountId: string,
    private readonly upstream: Sender,
    private readonly session: Session,
  ) {}

  /**
   * The answer to a body: status 200, or one that is accepted too.
   * @throws {CollectorError} `token_refused`, `audit_forbidden`, `audit_refused` or an `upstream_…` one
   */
  async post(
    body: string,
    { accepts, probing = false, maxBytes }: PostOptions,
  ): Promise<UpstreamReply> {
    let access = await this.session.access();
    let once = probing || this.#hasRetried;
    for (;;) {
      const outcome = await this.#send(access, {
        body,
        once,
        ...(maxBytes && { maxAnswerBytes: maxBytes }),
      });
      const failed = outcome instanceof CollectorError ? outcome : refusalOf(outcome, accepts);
      if (failed === null) return outcome as UpstreamReply;
      if (isPageFailure(failed)) this.#hasRetried ||= !once;
      const isAnswer = probing && isPageFailure(failed);
      const other = isDoubtful(failed) && !isAnswer
        ? await this.session.accessAfter(failed, access)
        : null;
      if (other === null) throw failed;
      // the retries that a failing host gets have already been made
      once = probing || failed.code === "upstream_failed" && other.origin === access.origin;
      access = other;
    }
  }

  /** An answer of any status, or the error if the host gave none. */
  async #send(
    { origin, accessToken }: Access,
    request: Pick<UpstreamRequest, "body" | "once" | "maxAnswerBytes">,
  ): Promise<UpstreamReply | CollectorError> {
    try {
      return await this.upstream.send({
        name: "audit",
        method: "POST",
        url: `${origin}/api/account/${this.accountId}/configuration/metadata/audit`,
        headers: {
          Authorization: `Bearer ${accessToken}`,
          "Content-Type": "application/json",
          Accept: "application/json",
        },
        ...request,
      });
    } catch (error) {
      if (isSilence(error, "audit")) return error;
      throw error;
    }
  }
}

/** The error that an answer means; null if it means none. */
function refusalOf(
  reply: UpstreamReply,
  accepts: PostOptions["accepts"],
): CollectorError | null {
  if (reply.status === 200 || accepts?.(reply)) return null;
  if (reply.status === 401) return failure("audit", reply, "token_refused");
  if (reply.status === 403) return failure("audit", reply, "audit_forbidden");
  return failure("audit", reply, reply.status < 500 ? "audit_refused" : undefined);
}

/** Could another host or token help? Not with a malformed request, nor with an overloaded service. */
function isDoubtful({ code, details }: CollectorError): boolean {
  return code !== "upstream_rate_limited" &&
    (code !== "audit_refused" || details.upstream?.status === 404);
}
