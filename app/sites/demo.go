package sites

// demoText is what the sample shop says in one language.
type demoText struct {
	Lang, Other, OtherName                    string
	Shop, Tagline, Intro, Call, Fresh         string
	TeasNav, StoryNav, HelpNav                string
	TeasTitle, TeasLead                       string
	Items                                     []demoItem
	StoryTitle, StoryFirst, StorySecond, Sign string
	Promises                                  []demoPromise
	HelpTitle, HelpText                       string
	Note, NoteLine                            string
}

type demoItem struct{ Art, Name, Origin, Taste, Price string }

type demoPromise struct{ Title, Text string }

var demoTexts = map[string]demoText{
	"en": {
		Lang: "en", Other: "zh-CN", OtherName: "中文",
		Shop: "Quiet Leaf", Tagline: "Tea for slow afternoons",
		Intro: "Small harvests from six gardens we know by name, packed the week they arrive.",
		Call:  "See the teas", Fresh: "Spring harvest is in",
		TeasNav: "Teas", StoryNav: "Our story", HelpNav: "Help",
		TeasTitle: "This season", TeasLead: "Four teas, two things to drink them with.",
		Items: []demoItem{
			{"leaf", "Longjing", "Hangzhou, Zhejiang", "Chestnut, fresh peas, a sweet finish", "$18 / 50 g"},
			{"cup", "Tieguanyin", "Anxi, Fujian", "Orchid, butter, long and light", "$16 / 50 g"},
			{"cake", "Aged pu'er, 2012", "Menghai, Yunnan", "Cedar, dates, very smooth", "$42 / cake"},
			{"bud", "White Peony", "Fuding, Fujian", "Hay, melon, honey", "$14 / 50 g"},
			{"gaiwan", "Celadon gaiwan", "Longquan, Zhejiang", "120 ml, thrown and glazed by hand", "$36"},
			{"tin", "Travel tin", "Suzhou, Jiangsu", "Holds 40 g, shuts with a soft click", "$12"},
		},
		StoryTitle: "A counter, a kettle, a neighbour",
		StoryFirst: "Quiet Leaf began as a shelf in a bookshop. People came for a novel, stayed for a cup, and asked where the leaves were from. So every April we go and look.",
		StorySecond: "We buy what one family can pick in a morning, taste it on the spot, and carry it home. " +
			"When it is gone, it is gone until next year.",
		Sign: "Lin and Mei, the two behind the counter",
		Promises: []demoPromise{
			{"Fresh or free", "Packed to order. If it tastes tired, the next bag is ours."},
			{"Posted in a day", "Order by three, it leaves the same afternoon."},
			{"A person answers", "Ask how to brew it. We drink it every day."},
		},
		HelpTitle: "Not sure which one?",
		HelpText:  "Tell us what you like. The round button in the corner reaches someone who has tasted them all.",
		Note:      "This is a sample shop: nothing is for sale, but the chat is real. The page carries this one line.",
		NoteLine:  "The embed line of your first site",
	},
	"zh-CN": {
		Lang: "zh-CN", Other: "en", OtherName: "English",
		Shop: "静叶茶铺", Tagline: "留一下午，慢慢喝茶",
		Intro: "六座叫得出名字的茶园，少量采摘，到店当周分装。",
		Call:  "看看茶", Fresh: "春茶已到店",
		TeasNav: "茶品", StoryNav: "我们的故事", HelpNav: "帮助",
		TeasTitle: "当季", TeasLead: "四款茶，两件茶器。",
		Items: []demoItem{
			{"leaf", "西湖龙井", "浙江 杭州", "栗香、鲜豆，回甘清甜", "¥128 / 50 克"},
			{"cup", "铁观音", "福建 安溪", "兰花香，滋味绵长轻盈", "¥108 / 50 克"},
			{"cake", "2012 年陈普洱", "云南 勐海", "木香、枣香，口感顺滑", "¥298 / 饼"},
			{"bud", "白牡丹", "福建 福鼎", "干草、甜瓜与蜜香", "¥98 / 50 克"},
			{"gaiwan", "青瓷盖碗", "浙江 龙泉", "120 毫升，手工拉坯上釉", "¥258"},
			{"tin", "随行茶罐", "江苏 苏州", "可装 40 克，轻合有声", "¥88"},
		},
		StoryTitle:  "一方柜台，一把壶，一位老街坊",
		StoryFirst:  "静叶最初只是书店里的一格书架。客人来买小说，坐下喝杯茶，总要问一句茶从哪里来。于是每年四月，我们都自己上山去看。",
		StorySecond: "一户人家一个早上采多少，我们就收多少，当场试饮，亲手带回。卖完了，就等明年。",
		Sign:        "阿林和阿梅，柜台后的两个人",
		Promises: []demoPromise{
			{"不新鲜，不收钱", "下单才分装。喝着不对味，下一包算我们的。"},
			{"当天寄出", "下午三点前下单，当天下午发出。"},
			{"有人应答", "怎么泡，尽管问。这些茶我们天天喝。"},
		},
		HelpTitle: "不知道选哪一款？",
		HelpText:  "说说您平时的口味。点右下角的圆形按钮，接待您的人每一款都喝过。",
		Note:      "这是示例店铺：商品并不出售，聊天却是真的。整个页面只加了下面这一行。",
		NoteLine:  "您第一个站点的嵌入代码",
	},
}
