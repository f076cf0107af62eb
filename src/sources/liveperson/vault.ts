/**
 * Encryption at rest for secrets such as tokens: AES-256-GCM, under a key derived from the client secret.
 * A value written under other settings reads as absent.
 */
import type { KeyValueStore } from "../../storage/store.ts";
import type { Vault } from "./session.ts";

const KEY = "session";
const IV_BYTES = 12;
const utf8 = new TextEncoder();

/** `binding`: the purpose of the value; with another secret or binding it can't be read. */
export function openVault(store: KeyValueStore, secret: string, binding: string): Vault {
  let derived: Promise<CryptoKey> | undefined;
  const key = () => derived ??= deriveKey(secret);
  const additionalData = utf8.encode(binding);
  return {
    async read() {
      const stored = await store.get(KEY);
      if (stored === null) return null;
      try {
        const bytes = fromBase64(stored);
        const iv = bytes.slice(0, IV_BYTES);
        const plain = await crypto.subtle.decrypt(
          { name: "AES-GCM", iv, additionalData },
          await key(),
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
        await key(),
        utf8.encode(JSON.stringify(value)),
      );
      await store.put(KEY, toBase64(new Uint8Array([...iv, ...new Uint8Array(sealed)])));
    },
  };
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", utf8.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  return await crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(),
      info: utf8.encode("liveperson-audit-collector session v1"),
    },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
