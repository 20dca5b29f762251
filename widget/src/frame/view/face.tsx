import { faceColour, initials } from "../../face"

export type Someone = { id: number; name: string; avatar: string }

export function Face({ of, size }: { of: Someone; size: number }) {
  const style = { width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.42)}px`, background: faceColour(of.id) }
  return (
    <span class="face" style={style} aria-hidden="true">
      {of.avatar ? <img src={of.avatar} alt="" width={size} height={size} /> : initials(of.name)}
    </span>
  )
}
