import type { ComponentChildren } from "preact"
import { useRef } from "preact/hooks"
import type { Chosen } from "../../wire"
import { measure } from "./drop"

type Props = { class: string; label: string; many?: boolean; take: (files: File[]) => void; children: ComponentChildren }

/** A button that lets the visitor choose files. */
export function FileInput({ class: name, label, many = false, take, children }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const onChange = () => {
    take([...(input.current!.files ?? [])])
    input.current!.value = "" // so that the same file can be chosen again
  }
  return (
    <>
      <button class={name} onClick={() => input.current!.click()} aria-label={label} title={label}>
        {children}
      </button>
      <input type="file" ref={input} hidden multiple={many} onChange={onChange} />
    </>
  )
}

export async function chosen(file: File): Promise<Chosen> {
  return { blob: file, name: file.name, ...(await measure(file)) }
}
