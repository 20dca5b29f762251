import type { Lang } from "../../wire"

/** What is said about taking a conversation along; fetched with the card that offers it. */
export const keepsakeWords: Record<Lang, Record<"mail" | "save" | "address" | "send" | "bad" | "done", string>> = {
  en: {
    mail: "Send me this conversation",
    save: "Save as text",
    address: "Your e-mail",
    send: "Send",
    bad: "This e-mail address does not look right",
    done: "On its way to",
  },
  "zh-CN": {
    mail: "把会话发到我的邮箱",
    save: "保存为文本",
    address: "您的邮箱",
    send: "发送",
    bad: "邮箱格式不正确",
    done: "会话记录正在发往",
  },
}
