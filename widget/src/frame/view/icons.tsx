type Name = keyof typeof paths

const paths = {
  send: "M5 12 4 4.5 20.5 12 4 19.5 5 12Zm0 0h7",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.2a4.2 4.2 0 0 0 7 0M9 9.6v.1M15 9.6v.1",
  down: "m6 9.5 6 6 6-6",
  end: "M14.5 4.5H6.8A1.8 1.8 0 0 0 5 6.3v11.4a1.8 1.8 0 0 0 1.8 1.8h7.7M10.5 12H20m0 0-3.4-3.4M20 12l-3.4 3.4",
  sending: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2",
  sent: "m5.5 12.5 4.3 4.3 8.7-9.3",
  delivered: "m2.5 12.5 4.3 4.3L15 7.5M12 16l.8.8L21.5 7.5",
  read: "m2.5 12.5 4.3 4.3L15 7.5M12 16l.8.8L21.5 7.5",
  failed: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5v5M12 16v.1",
} as const

export function Icon({ name, size = 20 }: { name: Name; size?: number }) {
  return (
    <svg class={`icon ${name}`} viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
