/**
 * The words that generated audit records are made of: kinds of objects, their elements and values,
 * and people. Names and values hold what breaks careless code: other scripts, quotes, backslashes,
 * line breaks, several kilobytes. Pure data.
 */

/** An element of an object and at least two values it can have. */
type Element = readonly [name: string, values: readonly string[]];

/** A documented object type, with names and elements (four at least) of such objects. */
export interface ObjectKind {
  readonly label: string;
  readonly names: readonly string[];
  readonly elements: readonly Element[];
}

/** Who made a change. */
export interface Originator {
  readonly name: string;
  readonly loginName: string;
  readonly userId: string;
  readonly userAgent: string;
  readonly authType: string;
}

/** Action types, as often as they occur. */
export const ACTIONS = ["Add new", "Edit", "Edit", "Edit", "Edit", "Edit", "Edit", "Delete"];

const SWITCH = ["true", "false"];
const NUMBERS = ["0", "1", "2", "5", "10", "25", "60", "300"];
const HOURS = ["00:00-24:00", "08:00-18:00", "09:00-17:30", "geschlossen"];
const LANGUAGES = ["en-US", "de-DE", "fr-FR", "ja-JP", "he-IL", "pt-BR"];
const SKILLS = [
  "Billing; Returns",
  "Réclamations",
  "Verkauf; Größentausch",
  "サポート; 返品",
  "[]",
  '["101","102"]',
];
const PROFILES = ["Agent", "Agent Manager", "Administrator", "Campaign Manager", "Käufer-Support"];
const ADDRESSES = ["anna@example.com", "jo.o'brien@example.com", "用户@example.org", ""];
const LONG_JSON = JSON.stringify(
  Array.from({ length: 60 }, (_, i) => ({
    id: 1000 + i,
    when: 'visitor.page ~ "/cart\\?step=\\d+"',
    show: i % 2 === 0,
  })),
);
const LONG_SURVEY = Array.from(
  { length: 40 },
  (_, i) => `${i + 1}. How satisfied were you with "the answer"?\n\t○ Sehr\n\t○ まあまあ\n`,
).join("\n");
const TEXTS = [
  "How can I help you today?",
  'She said "please hold the line".',
  "Erste Zeile\nzweite Zeile\r\ndritte Zeile",
  "C:\\Templates\\greeting.txt",
  "Merci d’avoir patienté… 🙂",
  "ご連絡ありがとうございます。",
  "שלום, איך אפשר לעזור?",
  "<b>Offer</b> & <i>terms</i>",
  "Tab\tseparated\tvalues",
  "Prices: 10 €, £9, 100 %",
  "Line separator\u2028inside",
  "",
  ...Array.from({ length: 20 }, (_, i) => `Step ${i + 1}: check the order, then call back.`),
  LONG_SURVEY,
];
const RULES = [
  "{}",
  '{"op":"AND","rules":[]}',
  '{"path":"C:\\\\pages\\\\*"}',
  "any page",
  "logged in",
  "mobile only",
  "returning visitor",
  LONG_JSON,
];

/** Every documented object type. */
export const OBJECT_KINDS: readonly ObjectKind[] = [
  {
    label: "Users",
    names: ["Zoë Müller", "Jo O'Brien", "山田 花子", "Łukasz Żak", "Sam Reed", "دانا حداد"],
    elements: [
      ["Enabled", SWITCH],
      ["Email", ADDRESSES],
      ["Profiles", PROFILES],
      ["Skills", SKILLS],
      ["Maximum chats", NUMBERS],
      ["Nickname", TEXTS],
    ],
  },
  {
    label: "Skills",
    names: ["Billing", "Réclamations", "Größentausch", "返品", 'The "VIP" desk'],
    elements: [
      ["Name", TEXTS],
      ["Description", TEXTS],
      ["Wait time", NUMBERS],
      ["Transfer to", SKILLS],
    ],
  },
  {
    label: "Agent Groups",
    names: ["Night shift", "Équipe Lyon", "Team Köln", "東京チーム"],
    elements: [
      ["Name", TEXTS],
      ["Parent group", SKILLS],
      ["Managers", ADDRESSES],
      ["Enabled", SWITCH],
    ],
  },
  {
    label: "Profiles",
    names: ["Agent", "Agent Manager", "Administrator", "Käufer-Support"],
    elements: [
      ["Generate secure form token", SWITCH],
      ["View audit trail", SWITCH],
      ["Manage users", SWITCH],
      ["Permission package", PROFILES],
    ],
  },
  {
    label: "LOBs",
    names: ["Retail", "Assurance & santé", "Großkunden"],
    elements: [
      ["Name", TEXTS],
      ["Description", TEXTS],
      ["Campaigns", NUMBERS],
      ["Enabled", SWITCH],
    ],
  },
  {
    label: "Campaigns",
    names: ["Summer sale", "Rentrée", "Черная пятница", "Back\\to\\school"],
    elements: [
      ["Status", ["Draft", "Published", "Archived"]],
      ["Goal", TEXTS],
      ["Audience rules", RULES],
      ["Priority", NUMBERS],
      ["Start date", ["2024-01-01", "2024-06-15", "2025-03-30"]],
    ],
  },
  {
    label: "Predefined Content",
    names: ["Greeting", "Au revoir", "よくある質問"],
    elements: [
      ["Text", TEXTS],
      ["Title", TEXTS],
      ["Language", LANGUAGES],
      ["Skills", SKILLS],
    ],
  },
  {
    label: "Post conversation survey",
    names: ["CSAT", "NPS Q1", "Enquête"],
    elements: [
      ["Questions", [LONG_SURVEY, ...TEXTS]],
      ["Status", SWITCH],
      ["Language", LANGUAGES],
      ["Expiration", NUMBERS],
    ],
  },
  {
    label: "Agent conversation survey",
    names: ["Wrap-up", "Clôture"],
    elements: [
      ["Questions", TEXTS],
      ["Mandatory", SWITCH],
      ["Skills", SKILLS],
      ["Time limit", NUMBERS],
    ],
  },
  {
    label: "Content Categories",
    names: ["Shipping", "Livraison", "Versand & Rückgabe"],
    elements: [
      ["Name", TEXTS],
      ["Order", NUMBERS],
      ["Enabled", SWITCH],
      ["Language", LANGUAGES],
    ],
  },
  {
    label: "Shift scheduler",
    names: ["Weekdays", "Feiertage"],
    elements: [
      ["Monday", HOURS],
      ["Saturday", HOURS],
      ["Sunday", HOURS],
      ["Agents", NUMBERS],
    ],
  },
  {
    label: "Schedule",
    names: ["Office hours", "Heures d’ouverture"],
    elements: [
      ["Working hours", HOURS],
      ["Time zone", ["US/Eastern", "Europe/Berlin", "Asia/Tokyo"]],
      ["Default", SWITCH],
      ["Skills", SKILLS],
    ],
  },
  {
    label: "Special occasions",
    names: ["New Year’s Day", "Fête nationale", "春分の日"],
    elements: [
      ["Date", ["2025-01-01", "2025-07-14", "2026-03-20"]],
      ["Hours", HOURS],
      ["Recurring", SWITCH],
      ["Message", TEXTS],
    ],
  },
  {
    label: "MTLS account mapping",
    names: ["Payments gateway", "CRM"],
    elements: [
      ["Service", ["FaaS", "Connector API", "Webhooks"]],
      ["Certificate", NUMBERS],
      ["Enabled", SWITCH],
      ["URL", ["https://crm.example.com/a?b=1&c=2", "https://pay.example.org/"]],
    ],
  },
  {
    label: "MTLS certification",
    names: ["CN=crm.example.com", "CN=pay.example.org, O=Müller\\, Söhne"],
    elements: [
      ["Display name", TEXTS],
      ["Expires", ["2025-12-31", "2026-12-31"]],
      ["Subject", ["CN=crm.example.com", 'O="Example, Inc."']],
      ["Enabled", SWITCH],
    ],
  },
];

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0";

/** The account's own people and programs. */
export const USERS: readonly Originator[] = [
  originator("Zoë Müller", "zoe.mueller@example.com", "1834512910", CHROME, "SSO"),
  originator("Jo O'Brien", "jo.o'brien@example.com", "1834512914", FIREFOX, "Password"),
  originator("山田 花子", "hanako@example.co.jp", "1834512918", CHROME, "SSO"),
  originator("Łukasz Żak", "lukasz.zak@example.pl", "1834512922", FIREFOX, "SSO"),
  originator("دانا حداد", "dana@example.com", "1834512926", CHROME, "Password"),
  originator('Sam "Sammy" Reed', "sam", "1834512930", CHROME, "Password"),
  originator("HR sync", "bot-hr-sync", "1834512934", "python-requests/2.32", "API key"),
];

/** People of LivePerson itself. */
export const LPA_STAFF: readonly Originator[] = [
  originator("LivePerson Support", "lpa-support", "204019", CHROME, "LPA"),
  originator("LivePerson Engineering", "lpa-engineering", "204077", FIREFOX, "LPA"),
];

/** Programs of LivePerson itself. */
export const AUTOMATIC_ORIGINATORS: readonly Originator[] = [
  originator("System", "system", "-1", "", "Internal"),
  originator("Scheduled provisioning", "auto-provisioning", "-2", "Java/17.0.9", "Internal"),
];

function originator(
  name: string,
  loginName: string,
  userId: string,
  userAgent: string,
  authType: string,
): Originator {
  return { name, loginName, userId, userAgent, authType };
}
