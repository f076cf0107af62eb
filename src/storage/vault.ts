/**
 * Encryption at rest for secrets such as tokens: AES-256-GCM, under a key derived from another secret.
 * A value written under other settings reads as absent. I/O through the store alone.
 */
import type { KeyValueStore } from "./store.ts";

/** Keeps a small value encrypted. */
export interface Vault {
  /** Null when there is none, or none that can be decrypted. */
  read(): Promise<unknown>;
  write(value: unknown): Promise<void>;
}

/** Which value it is, and what decrypts it. */
export interface VaultKey {
  /** Where it is in the store. */
  readonly key: string;
  /** The encryption key is derived from it. */
  readonly secret: string;
  /** What the value belongs to; with another secret or binding it can't be read. */
  readonly binding: string;
}

const IV_BYTES = 12;
const utf8 = new TextEncoder();

export function openVault(store: KeyValueStore, { key, secret, binding }: VaultKey): Vault {
  let derived: Promise<CryptoKey> | undefined;
  const cryptoKey = () => derived ??= deriveKey(secret, key);
  const additionalData = utf8.encode(binding);
  return {
    async read() {
      const stored = await store.get(key);
      if (stored === null) return null;
      try {
        const bytes = fromBase64(stored);
        const iv = bytes.slice(0, IV_BYTES);
        const plain = await crypto.subtle.decrypt(
          { name: "AES-GCM", iv, additionalData },
          await cryptoKey(),
          bytes.slice(IV_BYTES),
        );
        return JSON.parse(new TextDecoder().decode(plain));
      } catch {
        return null;
      }
    },
    async write(value) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv, additionalData },
        await cryptoKey(),
        utf8.encode(JSON.stringify(value)),
      );
      await store.put(key, toBase64(new Uint8Array([...iv, ...new Uint8Array(sealed)])));
    },
  };
}

async function deriveKey(secret: string, name: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", utf8.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  return await crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(),
      info: utf8.encode(`liveperson-audit-collector ${name} v1`),
    },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

/** The same vault, read-only. */
export function readOnly(vault: Vault): Vault {
  return { read: () => vault.read(), write: () => Promise.resolve() };
}

/** Remembers nothing. */
export const FORGETFUL: Vault = {
  read: () => Promise.resolve(null),
  write: () => Promise.resolve(),
};

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
