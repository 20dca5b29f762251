export const call = {
  "call.label": "Notify me when I am not looking",
  "call.hint": "New conversations and messages, also while this page is closed.",
  "call.unsupported": "This browser cannot do that. On a phone, add this page to the home screen first.",
  "call.insecure": "Browsers do that only for pages with a secure address (https).",
  "call.denied": "This browser blocks notifications here. Allow them in its settings for this site (the sign beside the address), then reload.",
  "call.failed": "That did not work. Check your connection and try again.",
  "call.mail": "Mail the conversation",
  "call.mailTitle": "Mail the conversation with {name}",
  "call.mailLead": "What was said, without internal notes.",
  "call.mailTo": "To",
  "call.mailDo": "Send",
  "call.mailDone": "The conversation is on its way to {email}",
} as const
