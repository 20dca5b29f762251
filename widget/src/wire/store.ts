import type { Clock } from "./clock"
import type { Item } from "./outbox"

/** Where the outbox keeps what was not delivered yet. */
export interface Store {
  all(): Promise<Item[]>
  put(item: Item): Promise<void>
  /** Removes the item and its file. */
  remove(id: string): Promise<void>
  putFile(id: string, file: Blob): Promise<void>
  file(id: string): Promise<Blob | undefined>
  removeFile(id: string): Promise<void>
}

/** Keeps until the page goes: for browsers that refuse storage. */
export class MemoryStore implements Store {
  #items = new Map<string, Item>()
  #files = new Map<string, Blob>()

  all(): Promise<Item[]> {
    return Promise.resolve([...this.#items.values()])
  }

  put(item: Item): Promise<void> {
    this.#items.set(item.client_msg_id, item)
    return Promise.resolve()
  }

  remove(id: string): Promise<void> {
    this.#items.delete(id)
    return this.removeFile(id)
  }

  putFile(id: string, file: Blob): Promise<void> {
    this.#files.set(id, file)
    return Promise.resolve()
  }

  file(id: string): Promise<Blob | undefined> {
    return Promise.resolve(this.#files.get(id))
  }

  removeFile(id: string): Promise<void> {
    this.#files.delete(id)
    return Promise.resolve()
  }
}

class IndexedStore implements Store {
  #db: IDBDatabase

  constructor(db: IDBDatabase) {
    this.#db = db
  }

  all(): Promise<Item[]> {
    return this.#run("items", "readonly", (items) => items.getAll() as IDBRequest<Item[]>)
  }

  async put(item: Item): Promise<void> {
    await this.#run("items", "readwrite", (items) => items.put(item))
  }

  async remove(id: string): Promise<void> {
    await this.#run("items", "readwrite", (items) => items.delete(id))
    await this.removeFile(id)
  }

  async putFile(id: string, file: Blob): Promise<void> {
    await this.#run("files", "readwrite", (files) => files.put(file, id))
  }

  file(id: string): Promise<Blob | undefined> {
    return this.#run("files", "readonly", (files) => files.get(id) as IDBRequest<Blob | undefined>)
  }

  async removeFile(id: string): Promise<void> {
    await this.#run("files", "readwrite", (files) => files.delete(id))
  }

  #run<T>(name: "items" | "files", mode: IDBTransactionMode, ask: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const tx = this.#db.transaction(name, mode)
      const request = ask(tx.objectStore(name))
      tx.oncomplete = () => resolve(request.result)
      tx.onabort = tx.onerror = () => reject(tx.error ?? new Error("storage refused"))
    })
  }
}

/** Some browsers neither open nor refuse; nobody should wait for them longer than this. */
const openWithin = 2_000

/** Opens the outbox's database, or memory when the browser refuses, blocks or has none. */
export function openStore(name: string, factory: IDBFactory | undefined, clock: Clock): Promise<Store> {
  return new Promise((resolve) => {
    const memory = () => resolve(new MemoryStore())
    const cancel = clock.after(openWithin, memory)
    try {
      if (!factory) throw new Error("no storage")
      const request = factory.open(name, 2)
      request.onupgradeneeded = (event) => {
        if (event.oldVersion < 1) request.result.createObjectStore("items", { keyPath: "client_msg_id" })
        request.result.createObjectStore("files") // apart from the items, which are read and written all the time
      }
      request.onerror = memory
      request.onsuccess = () => {
        cancel()
        resolve(new IndexedStore(request.result))
      }
    } catch {
      cancel()
      memory()
    }
  })
}
