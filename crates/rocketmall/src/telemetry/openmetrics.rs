//! Reads the OpenMetrics text that this program writes, so that a collector gets each metric that Prometheus gets.

/// What a family of metrics counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// A metric with all its samples.
#[derive(Debug, PartialEq)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) help: String,
    pub(super) unit: String,
    pub(super) kind: Kind,
    pub(super) samples: Vec<Sample>,
}

/// One line of numbers: what stands behind the family's name (`_total`, `_bucket`), its labels, its value.
#[derive(Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) suffix: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: f64,
}

/// The families in the text, and the first line that could not be read, if there is one.
pub(super) fn read(text: &str) -> (Vec<Family>, Option<&str>) {
    let mut families: Vec<Family> = Vec::new();
    let mut strange = None;
    for line in text.lines() {
        let read = if let Some(comment) = line.strip_prefix("# ") { describe(&mut families, comment) } else { add(&mut families, line) };
        if read.is_none() {
            strange.get_or_insert(line);
        }
    }
    families.retain(|family| !family.samples.is_empty());
    (families, strange)
}

fn describe(families: &mut Vec<Family>, comment: &str) -> Option<()> {
    if comment == "EOF" {
        return Some(());
    }
    let mut words = comment.splitn(3, ' ');
    let (what, name, rest) = (words.next()?, words.next()?, words.next()?);
    if families.last().is_none_or(|family| family.name != name) {
        let (help, unit) = (String::new(), String::new());
        families.push(Family { name: name.to_owned(), help, unit, kind: Kind::Gauge, samples: Vec::new() });
    }
    let family = families.last_mut()?;
    match what {
        "HELP" => rest.clone_into(&mut family.help),
        "UNIT" => rest.clone_into(&mut family.unit),
        "TYPE" => {
            family.kind = match rest {
                "counter" => Kind::Counter,
                "gauge" => Kind::Gauge,
                "histogram" => Kind::Histogram,
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

fn add(families: &mut [Family], line: &str) -> Option<()> {
    let family = families.last_mut()?;
    let rest = line.strip_prefix(family.name.as_str())?;
    let end = rest.find(['{', ' '])?;
    let (suffix, rest) = rest.split_at(end);
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let value = value.trim_start().split(' ').next()?.parse().ok()?;
    family.samples.push(Sample { suffix: suffix.to_owned(), labels, value });
    Some(())
}

/// The labels up to the closing brace, and what comes after it.
fn labels(mut rest: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, after) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = after.char_indices();
        let end = loop {
            match characters.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match characters.next()?.1 {
                    'n' => '\n',
                    other => other,
                }),
                (_, other) => value.push(other),
            }
        };
        labels.push((name.to_owned(), value));
        rest = &after[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rocketmall_core::id::Timestamp;

    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn everything_that_is_written_can_be_read() {
        let metrics = Metrics::default();
        metrics.order_placed();
        metrics.request("GET", "a \"quoted\\route\"\n", 200, Duration::from_millis(3));
        let text = metrics.text(&rocketmall_store::messages::MessageGauges::default(), Timestamp::from_millis(0));
        let (families, strange) = read(&text);
        assert_eq!(strange, None);
        let written = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(families.iter().map(|family| family.samples.len()).sum::<usize>(), written);
        let named = |name: &str| families.iter().find(|family| family.name == name).unwrap_or_else(|| panic!("{name} in {text}"));
        let orders = named("rocketmall_orders_placed");
        assert_eq!((orders.kind, orders.samples[0].suffix.as_str(), orders.samples[0].value), (Kind::Counter, "_total", 1.0));
        let labels = &named("rocketmall_http_requests").samples[0].labels;
        assert!(labels.contains(&("route".to_owned(), "a \"quoted\\route\"\n".to_owned())), "{labels:?}");
        let seconds = named("rocketmall_http_request_seconds");
        assert_eq!((seconds.kind, seconds.unit.as_str()), (Kind::Histogram, "seconds"));
    }

    #[test]
    fn a_strange_line_is_told_and_left_out() {
        let (families, strange) = read("# TYPE a gauge\na 1\nb{ 2\n# EOF\n");
        assert_eq!((families.len(), families[0].samples[0].value, strange), (1, 1.0, Some("b{ 2")));
    }
}
