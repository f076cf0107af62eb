/**
 * Encrypts the events of letters at rest: AES-256-GCM, under a random key. The key is kept once for each
 * secret in the settings, encrypted under that secret, so that it survives the change of any one of them.
 * If no secret can unlock it, a new key is made; what was sealed before can be opened again once one of its
 * secrets is back. I/O through the store.
 */
import { Buffer } from "node:buffer";
import type { KeyValueStore } from "../../storage/store.ts";
import { openVault, type Vault } from "../../storage/vault.ts";

/** A secret of the settings, by the setting's name. */
export type NamedSecret = readonly [name: string, secret: string];

interface Key {
  readonly id: string;
  readonly key: CryptoKey;
}

const PREFIX = "letter-key/";
const IV_BYTES = 12;
const KEY_BYTES = 32;
const utf8 = new TextEncoder();

export class LetterSeal {
  /** Keys that were opened. */
  readonly #keys = new Map<string, CryptoKey>();
  /** The key that this turn seals with. */
  #current: Key | undefined;
  #isRenewed = false;

  constructor(
    private readonly local: KeyValueStore,
    private readonly secrets: readonly NamedSecret[],
  ) {}

  /** Begins a turn: before it, another process may have made a key, or dropped all keys. */
  begin(): void {
    this.#keys.clear();
    this.#current = undefined;
  }

  /**
   * After the settings have changed, makes sure that each of their secrets can unlock the key. Only within
   * a turn, because it writes.
   */
  async renewOnce(): Promise<void> {
    if (!this.#isRenewed) await this.#renew();
  }

  async #renew(): Promise<Key> {
    this.#current ??= await this.#findOrMake();
    this.#isRenewed = true;
    return this.#current;
  }

  /** `binding`: what the text belongs to; under another it can't be opened. Within a turn only. */
  async seal(text: string, binding: string): Promise<string> {
    const { id, key } = await this.#renew();
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const algorithm = { name: "AES-GCM", iv, additionalData: utf8.encode(binding) };
    const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, utf8.encode(text)));
    return `${id}:${Buffer.concat([iv, sealed]).toString("base64")}`;
  }

  /** Null if it can't be opened with these secrets. */
  async open(sealed: string, binding: string): Promise<string | null> {
    const [id, text] = sealed.split(":");
    const key = this.#keys.get(id) ?? await this.#openKey(id);
    if (key === null) return null;
    this.#keys.set(id, key);
    const bytes = Buffer.from(text, "base64");
    const iv = bytes.subarray(0, IV_BYTES);
    const algorithm = { name: "AES-GCM", iv, additionalData: utf8.encode(binding) };
    try {
      const plain = await crypto.subtle.decrypt(algorithm, key, bytes.subarray(IV_BYTES));
      return new TextDecoder().decode(plain);
    } catch {
      return null;
    }
  }

  async #findOrMake(): Promise<Key> {
    const ids = (await this.local.list(PREFIX)).map((row) => row.split("/")[1]);
    for (const id of new Set(ids)) {
      const raw = await this.#readRaw(id);
      if (raw !== null) return await this.#keep(id, raw);
    }
    const raw = Buffer.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES))).toString("base64");
    return await this.#keep(crypto.randomUUID(), raw);
  }

  /** From here on, each secret unlocks it. */
  async #keep(id: string, raw: string): Promise<Key> {
    for (const vault of this.#vaults(id)) {
      if (await vault.read() !== raw) await vault.write(raw);
    }
    const key = await importKey(raw);
    this.#keys.set(id, key);
    return { id, key };
  }

  async #openKey(id: string): Promise<CryptoKey | null> {
    const raw = await this.#readRaw(id);
    return raw === null ? null : await importKey(raw);
  }

  /** In base64; null if no secret opens it. */
  async #readRaw(id: string): Promise<string | null> {
    for (const vault of this.#vaults(id)) {
      const raw = await vault.read();
      if (typeof raw === "string") return raw;
    }
    return null;
  }

  #vaults(id: string): Vault[] {
    return this.secrets.map(([name, secret]) =>
      openVault(this.local, { key: `${PREFIX}${id}/${name}`, secret, binding: id })
    );
  }
}

async function importKey(raw: string): Promise<CryptoKey> {
  const bytes = Buffer.from(raw, "base64");
  return await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}
