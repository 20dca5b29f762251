// Emoji to choose from while answering and under a message: hand-made lists, most useful first.

/** What is given under a message most. */
export const quick = ["👍", "❤️", "😂", "🎉", "🙏", "😢"]

/** The grid. */
export const emoji = [..."😀😄😁😅😂🙂😉😊😍🥰😘😋😎🤗🤔😐😴😌😢😭😤😱😳🥺😇🤝👍👎👌🙏👏💪👋✌️🤞☝️❤️🧡💚💙💔✨🎉🎁🌹☕🍵🍰🔥⭐✅❌❗❓⏰📅📦🚚💳🧾🏠📍📞📧🔗🔍🔧💡".matchAll(/\p{Extended_Pictographic}\uFE0F?/gu)].map((found) => found[0])
