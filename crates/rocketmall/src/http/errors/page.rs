//! How the pages look: one file each, no scripts, nothing from elsewhere. All their texts are ours, so nothing is escaped.

use super::{Bilingual, Entry};
use crate::http::problem::Language;

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}\
h1{font-size:1.5rem;line-height:1.3}h2{font-size:1rem;margin-bottom:0}p{margin-top:.2rem}a{color:#0b57d0}\
code{background:#eef1f5;border-radius:4px;padding:.1em .35em}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #dde2e8;vertical-align:top}\
@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#14181e}a{color:#8ab4f8}code{background:#262c35}th,td{border-color:#333b46}}";

const TITLE: Bilingual = ["Errors", "错误一览"];
const INTRODUCTION: Bilingual = [
    "The <code>type</code> of a problem (application/problem+json) points to one of these pages; its <code>code</code> is the number here.",
    "错误响应（application/problem+json）的 <code>type</code> 指向下列页面之一，<code>code</code> 即此处的编号。",
];
const COLUMNS: [Bilingual; 3] = [["Code", "编号"], ["Status", "状态码"], ["Error", "错误"]];
const MEANS: Bilingual = ["What it means", "含义"];
const REMEDY: Bilingual = ["What to do", "处理办法"];
const ASK: Bilingual = [
    "If this does not help, pass on the <code>trace_id</code> of the answer: it names the request in the server's log.",
    "如仍无法解决，请提供响应中的 <code>trace_id</code>，可据此在服务器日志中找到该请求。",
];

const fn in_language(text: Bilingual, language: Language) -> &'static str {
    match language {
        Language::English => text[0],
        Language::Chinese => text[1],
    }
}

fn document(title: &str, body: &str, language: Language) -> String {
    let tag = in_language(["en", "zh-CN"], language);
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} - RocketMall</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// The list of all.
pub(super) fn index(entries: impl Iterator<Item = Entry>, language: Language) -> String {
    let text = |text: Bilingual| in_language(text, language);
    let row = |entry: Entry| {
        let (code, status, slug, title) = (entry.code, entry.status.as_u16(), entry.slug, text(entry.title));
        format!("<tr><td>{code}</td><td>{status}</td><td><a href=\"/docs/errors/{slug}\">{title}</a></td></tr>\n")
    };
    let [code, status, error] = COLUMNS.map(text);
    let rows: String = entries.map(row).collect();
    let (title, introduction) = (text(TITLE), text(INTRODUCTION));
    let head = format!("<thead><tr><th>{code}</th><th>{status}</th><th>{error}</th></tr></thead>");
    let body = format!("<h1>{title}</h1>\n<p>{introduction}</p>\n<table>\n{head}\n<tbody>\n{rows}</tbody>\n</table>\n");
    document(title, &body, language)
}

/// The page of one.
pub(super) fn entry(entry: &Entry, language: Language) -> String {
    let text = |text: Bilingual| in_language(text, language);
    let [code, status, _] = COLUMNS.map(text);
    let (title, number, slug) = (text(entry.title), entry.code, entry.slug);
    let head = format!("<p>{code} <code>{number}</code>, {status} <code>{}</code>, <code>{slug}</code></p>", entry.status);
    let means = format!("<h2>{}</h2>\n<p>{}</p>", text(MEANS), text(entry.explanation.means));
    let remedy = format!("<h2>{}</h2>\n<p>{}</p>\n<p>{}</p>", text(REMEDY), text(entry.explanation.remedy), text(ASK));
    let back = format!("<p><a href=\"/docs/errors\">{}</a></p>", text(TITLE));
    document(title, &format!("<h1>{title}</h1>\n{head}\n{means}\n{remedy}\n{back}\n"), language)
}
