import type { call as en } from "../en/call"

export const call: Record<keyof typeof en, string> = {
  "call.label": "不在页面时通知我",
  "call.hint": "有新接待或新消息时通知，关闭页面后也能收到。",
  "call.unsupported": "此浏览器不支持通知。在手机上，请先将本页添加到主屏幕。",
  "call.insecure": "浏览器仅允许安全地址（https）的页面发送通知。",
  "call.denied": "浏览器已阻止本站通知。请点击地址栏旁的图标，在站点设置中允许通知，然后刷新页面。",
  "call.failed": "操作未成功，请检查网络后重试。",
  "call.mail": "发送会话记录",
  "call.mailTitle": "发送与{name}的会话记录",
  "call.mailLead": "包含双方的消息，不含内部备注。",
  "call.mailTo": "收件邮箱",
  "call.mailDo": "发送",
  "call.mailDone": "会话记录正在发往 {email}",
}
