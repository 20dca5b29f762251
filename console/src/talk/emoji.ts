// The emoji one picks while answering: a hand-made grid, most useful first.
export const emoji = [..."😀😄😁😅😂🙂😉😊😍🥰😘😋😎🤗🤔😐😴😌😢😭😤😱😳🥺😇🤝👍👎👌🙏👏💪👋✌️🤞☝️❤️🧡💚💙💔✨🎉🎁🌹☕🍵🍰🔥⭐✅❌❗❓⏰📅📦🚚💳🧾🏠📍📞📧🔗🔍🔧💡".matchAll(/\p{Extended_Pictographic}\uFE0F?/gu)].map((found) => found[0])
