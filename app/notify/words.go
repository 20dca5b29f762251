package notify

import (
	"fmt"
	"strings"
	"time"
)

// words are the texts of the mails in one language.
type words struct {
	invited, invitedLine, invitedUntil, invitedButton, invitedFoot string
	missed, missedLine, missedButton, missedFoot, missedMore       string
	transcript, transcriptLine, transcriptCut, transcriptFoot      string
	test, testLine, testFoot                                       string
	stop                                                           string
	visitor, picture, file, recalled                               string
	when                                                           string // layout of a time
	stopTitle, stopAsk, stopButton, stopDone                       string
	pushAssigned, pushWaits, pushOpen                              string
}

var english = words{
	invited:        "%s invites you to %s",
	invitedLine:    "%s would like you to answer visitors of %s.",
	invitedUntil:   "The link works once, for three days. Open it, choose a password, and you are in.",
	invitedButton:  "Accept the invitation",
	invitedFoot:    "You did not expect this? Then ignore it: nothing happens without your click.",
	missed:         "%s has answered you",
	missedLine:     "You were away when this came:",
	missedMore:     "There is more in the chat.",
	missedButton:   "Open the chat",
	missedFoot:     "The chat knows you in the browser you wrote from. You get this mail because you left this address in the chat of %s.",
	transcript:     "Your conversation with %s",
	transcriptLine: "Here is the conversation, as you asked.",
	transcriptCut:  "The conversation was longer; this is its end.",
	transcriptFoot: "You get this mail because this address was entered in the chat of %s. Times are UTC.",
	test:           "Mail from ichat works",
	testLine:       "This is the test you asked for: mail is set up, and this server can reach you.",
	testFoot:       "Sent from the back office of %s.",
	stop:           "No more such mails:",
	visitor:        "Visitor",
	picture:        "[picture] %s",
	file:           "[file] %s",
	recalled:       "(taken back)",
	when:           "Jan 2, 2006 15:04",
	stopTitle:      "Mails about answers",
	stopAsk:        "Do you want no more mails about answers in the chat of %s?",
	stopButton:     "No more mails",
	stopDone:       "Done. You get no more mails about answers in the chat of %s.",
	pushAssigned:   "New conversation: %s",
	pushWaits:      "%s waits for your answer",
	pushOpen:       "Open the conversation",
}

var chinese = words{
	invited:        "%s 邀请您加入 %s",
	invitedLine:    "%s 邀请您成为 %s 的客服，一起接待访客。",
	invitedUntil:   "链接三天内有效，只能使用一次。打开链接，设置密码，即可开始。",
	invitedButton:  "接受邀请",
	invitedFoot:    "如果您并不知情，忽略这封邮件即可：不点击链接，什么也不会发生。",
	missed:         "%s 回复了您",
	missedLine:     "您离开期间收到了回复：",
	missedMore:     "更多内容请在会话中查看。",
	missedButton:   "打开会话",
	missedFoot:     "请在之前咨询所用的浏览器中打开，才能看到原来的会话。您收到此邮件，是因为您在 %s 的聊天窗口中留下了这个邮箱。",
	transcript:     "您与 %s 的会话记录",
	transcriptLine: "这是您要的会话记录。",
	transcriptCut:  "会话较长，这里只包含最后一部分。",
	transcriptFoot: "您收到此邮件，是因为有人在 %s 的聊天窗口中填写了这个邮箱。时间为 UTC。",
	test:           "ichat 邮件已可用",
	testLine:       "这是您要的测试邮件：邮件已设置好，服务器可以把邮件送到您的邮箱。",
	testFoot:       "由 %s 的管理后台发出。",
	stop:           "不再接收此类邮件：",
	visitor:        "访客",
	picture:        "[图片] %s",
	file:           "[文件] %s",
	recalled:       "（已撤回）",
	when:           "2006-01-02 15:04",
	stopTitle:      "回复提醒邮件",
	stopAsk:        "不再接收 %s 的回复提醒邮件吗？",
	stopButton:     "不再接收",
	stopDone:       "已退订，您不会再收到 %s 的回复提醒邮件。",
	pushAssigned:   "新的接待：%s",
	pushWaits:      "%s 还在等您回复",
	pushOpen:       "点击查看会话",
}

func wordsIn(locale string) words {
	if strings.HasPrefix(locale, "zh") {
		return chinese
	}
	return english
}

func fill(pattern string, values ...any) string { return fmt.Sprintf(pattern, values...) }

func (w words) time(at time.Time) string { return at.UTC().Format(w.when) }
