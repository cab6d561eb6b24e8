//! What search engines and messengers read of an event's page: its title, Open Graph and JSON-LD (schema.org `Event`).

use serde_json::{Value, json};

/// The page with its title and head filled in, between the markers that the web app's page holds.
pub fn filled(page: &str, title: &str, head: &str) -> String {
    let (open, close) = ("<!--turnout-title-->", "<!--/turnout-title-->");
    let page = match (page.find(open), page.find(close)) {
        (Some(from), Some(to)) if from < to => {
            format!(
                "{}<title>{}</title>{}",
                &page[..from],
                escaped(title),
                &page[to + close.len()..]
            )
        }
        _ => page.to_owned(),
    };
    page.replacen("<!--turnout-head-->", head, 1)
}

/// The head of an event's page. `event` is the API's view of it.
pub fn of_event(event: &Value, url: &str) -> String {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let about: String = text("/description").chars().take(200).collect();
    let status = if text("/status") == "cancelled" {
        "EventCancelled"
    } else {
        "EventScheduled"
    };
    let json = json!({
        "@context": "https://schema.org",
        "@type": "Event",
        "name": text("/title"),
        "startDate": text("/starts_at"),
        "endDate": text("/ends_at"),
        "eventStatus": format!("https://schema.org/{status}"),
        "description": about,
        "url": url,
        "location": { "@type": "Place", "name": text("/venue/name"), "address": text("/venue/address") },
    });
    // `</script>` in an organizer's words must not end the element.
    let json = json.to_string().replace('<', "\\u003c");
    let metas = [
        ("og:type", "event"),
        ("og:title", text("/title")),
        ("og:description", &about),
        ("og:url", url),
        ("og:site_name", "Turnout"),
    ];
    let mut head = meta("name", "description", &about);
    for (name, content) in metas {
        head.push_str(&meta("property", name, content));
    }
    head + &format!("<script type=\"application/ld+json\">{json}</script>")
}

fn meta(kind: &str, name: &str, content: &str) -> String {
    format!("<meta {kind}=\"{name}\" content=\"{}\">", escaped(content))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "<head><!--turnout-title--><title>Turnout</title><!--/turnout-title--><!--turnout-head--></head>";

    #[test]
    fn an_events_words_cannot_leave_their_place() {
        let event = json!({ "title": "</script><b>\"&", "description": "<script>alert(1)</script>" });
        let page = filled(
            PAGE,
            "</title><b>",
            &of_event(&event, "http://localhost/events/1"),
        );
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(page.contains("<title>&lt;/title&gt;&lt;b&gt;</title>"), "{page}");
        assert!(!page.contains("<b>"), "{page}");
    }

    #[test]
    fn a_page_without_markers_stays_as_it_is() {
        assert_eq!(filled("<html></html>", "title", "head"), "<html></html>");
    }
}
