const all =
  "😀 😄 😁 😆 😅 😂 🙂 😉 😊 😇 🥰 😍 😘 😋 😜 🤪 🤗 🤔 🤭 🤫 😐 😏 😒 🙄 😬 😌 😔 😪 😴 😷 🤒 🤧 🥳 😎 🤓 😕 🙁 😮 😳 🥺 😢 😭 😱 😤 😡 🤝 👍 👎 👌 ✌️ 🤞 👏 🙌 🙏 💪 👋 ❤️ 💔 💯 🎉 🎁 🌹 ☕ 🍵 🍻 🎂 🌞 🌙 ⭐ 🔥 ✅ ❌".split(" ")

export function EmojiGrid({ onPick, label }: { onPick: (emoji: string) => void; label: string }) {
  return (
    <div class="emoji" role="group" aria-label={label}>
      {all.map((emoji) => (
        <button key={emoji} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  )
}
