//! Checks of the Cargo.toml files and what goes with them. Reads TOML by the line, as ours is written.

use std::collections::BTreeSet;

use super::Complaints;
use super::tree::Tree;

/// The direction of dependencies, complete: a crate of ours, those of ours that it is built on, and those that only its tests know besides.
const DIRECTIONS: [(&str, &[&str], &[&str]); 12] = [
    // Libraries for anybody: they know no shop.
    ("dubbo-triple", &["hessian2-codec"], &[]),
    ("hessian2-codec", &[], &[]),
    ("nacos-registry", &[], &[]),
    ("rocketmq-grpc", &[], &[]),
    ("rocketmall-core", &[], &[]),
    ("rocketmall-store", &["rocketmall-core"], &[]),
    ("rocketmall-channels", &["rocketmall-core"], &[]),
    // A third party that knows nothing of the shop; its tests let the shop's channel verify what it signs.
    ("rocketmall-sandbox", &["rocketmall-store"], &["rocketmall-channels", "rocketmall-core"]),
    (
        "rocketmall",
        &[
            "dubbo-triple",
            "nacos-registry",
            "rocketmall-channels",
            "rocketmall-core",
            "rocketmall-sandbox",
            "rocketmall-store",
            "rocketmq-grpc",
        ],
        &["rocketmall-trial"],
    ),
    // It knows the shop as its customers do: by its commands, its HTTP and its rows.
    ("rocketmall-trial", &["rocketmall-core", "rocketmall-store"], &[]),
    ("xtask", &[], &[]),
    // It throws at the code what strangers may send.
    ("rocketmall-fuzz", &["hessian2-codec", "rocketmall", "rocketmall-channels", "rocketmall-core"], &[]),
];

const DATABASE_LIBRARIES: [&str; 2] = ["rusqlite", "mysql_async"];
const STORE: &str = "crates/store/Cargo.toml";
/// Each says in one place which versions its crates use.
const WORKSPACES: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];
const DEPENDENCIES_PAGE: &str = "docs/dependencies.md";
const FUZZ_LOCK: &str = "fuzz/Cargo.lock";
const CLIPPY: &str = "clippy.toml";
const CORE_CLIPPY: &str = "crates/core/clippy.toml";

pub(super) fn directions(tree: &Tree) -> Complaints {
    let mut complaints = Vec::new();
    let manifests: Vec<Manifest> = manifests(tree).filter(|manifest| manifest.package.is_some()).collect();
    for manifest in &manifests {
        let Some((_, uses, tests_with)) = DIRECTIONS.iter().find(|(name, ..)| manifest.package == Some(name)) else {
            complaints.push(format!("{}: give the crate its line in the table of {}", manifest.path, file!()));
            continue;
        };
        let dependencies = manifest.dependencies();
        let ours = dependencies.iter().filter(|(_, name)| DIRECTIONS.iter().any(|(ours, ..)| ours == name));
        for (kind, of, wanted) in [("is built on", Use::Built, uses), ("is tested with", Use::Tested, tests_with)] {
            let found: BTreeSet<&str> = ours.clone().filter(|(found, _)| *found == of).map(|(_, name)| *name).collect();
            let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
            if found != wanted {
                complaints.push(format!("{}: {kind} {found:?}, the table says {wanted:?}", manifest.path));
            }
        }
    }
    let gone = DIRECTIONS.iter().filter(|(name, ..)| manifests.iter().all(|manifest| manifest.package != Some(name)));
    complaints.extend(gone.map(|(name, ..)| format!("the table names {name}, which is no crate of the workspace")));
    complaints
}

pub(super) fn database_libraries(tree: &Tree) -> Complaints {
    let others = manifests(tree).filter(|manifest| manifest.path != STORE);
    let known = others.flat_map(|manifest| manifest.dependencies().into_iter().map(move |(_, name)| (manifest.path, name)));
    let wrong = known.filter(|(_, name)| DATABASE_LIBRARIES.contains(name));
    wrong.map(|(path, name)| format!("{path}: {name}: only the store knows it")).collect()
}

pub(super) fn xtask_dependencies(tree: &Tree) -> Complaints {
    let xtask = manifests(tree).filter(|manifest| manifest.package == Some("xtask"));
    let more = xtask.flat_map(|manifest| manifest.dependencies()).filter(|(_, name)| *name != "anyhow");
    more.map(|(_, name)| format!("xtask depends on {name}: whoever runs one task compiles it first")).collect()
}

/// The features that open test targets: for what not every machine has.
const OPENING_FEATURES: [&str; 5] = ["mariadb", "browser", "rocketmq", "nacos", "dubbo"];

/// `cargo xtask ci` runs the targets that a feature opens by its name, as `--test *mariadb*`: one of another name would never run.
pub(super) fn opened_targets(tree: &Tree) -> Complaints {
    OPENING_FEATURES.iter().flat_map(|feature| opened_by(feature, tree)).collect()
}

fn opened_by(feature: &str, tree: &Tree) -> Complaints {
    let mut complaints = Vec::new();
    let quoted = format!("\"{feature}\"");
    for manifest in manifests(tree) {
        let opened = |table: &&Table| table.get("required-features").is_some_and(|features| features.contains(quoted.as_str()));
        for target in manifest.tables.iter().filter(opened) {
            let name = target.get("name").unwrap_or_default();
            // one that needs two of them is run by the step of the one in its name
            let features = target.get("required-features").unwrap_or_default();
            let elsewhere = OPENING_FEATURES.iter().any(|other| features.contains(&format!("\"{other}\"")) && name.contains(other));
            if target.header != "test" || !elsewhere {
                complaints.push(format!("{}: {name}: a target of {feature} is a [[test]] with {feature} in its name", manifest.path));
            }
        }
    }
    let gate = format!("feature = {quoted}");
    let gated = tree.with_extension(&["rs"]).filter(|file| file.text.contains(&gate));
    complaints
        .extend(gated.map(|file| format!("{}: the feature {feature} opens test targets in Cargo.toml, it changes no code", file.path)));
    complaints
}

/// A line of the page begins with one name or several: "| `hmac`, `sha2` | …".
pub(super) fn documented_dependencies(tree: &Tree) -> Complaints {
    let Some(page) = tree.text(DEPENDENCIES_PAGE) else { return vec![format!("{DEPENDENCIES_PAGE} is missing")] };
    let first_cells = page.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    let told: BTreeSet<&str> = first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let workspaces = WORKSPACES.map(|path| Manifest::parse(path, tree.text(path).unwrap_or_default()));
    let tables = workspaces.iter().flat_map(|manifest| &manifest.tables).filter(|table| table.header == "workspace.dependencies");
    let used = tables.flat_map(|table| &table.keys).filter(|(_, value)| !value.contains("path =")).map(|(key, _)| *key).collect();
    let untold = BTreeSet::difference(&used, &told).map(|name| format!("{DEPENDENCIES_PAGE}: no line for {name}"));
    let gone = BTreeSet::difference(&told, &used).map(|name| format!("{DEPENDENCIES_PAGE}: {name} is no dependency any more"));
    untold.chain(gone).collect()
}

/// The fuzz targets are a workspace of their own, with a lock file of its own: they are worth something only on what ships.
pub(super) fn lock_files(tree: &Tree) -> Complaints {
    let [Some(ships), Some(fuzzed)] = ["Cargo.lock", FUZZ_LOCK].map(|path| tree.text(path)) else {
        return vec![format!("Cargo.lock or {FUZZ_LOCK} is missing")];
    };
    let (ships, fuzzed) = (locked(ships), locked(fuzzed));
    let shared = |name: &str| ships.iter().any(|(shipped, _)| *shipped == name);
    let other = fuzzed.iter().filter(|package| shared(package.0) && !ships.contains(package));
    let renew = "cargo update --manifest-path fuzz/Cargo.toml --precise VERSION, or copy Cargo.lock there and run cargo metadata in fuzz";
    other.map(|(name, version)| format!("{FUZZ_LOCK}: {name} {version} is not what Cargo.lock ships ({renew})")).collect()
}

/// Name and version of each package.
fn locked(text: &str) -> BTreeSet<(&str, &str)> {
    let manifest = Manifest::parse("", text);
    let packages = manifest.tables.iter().filter(|table| table.header == "package");
    packages.filter_map(|package| Some((package.get("name")?, package.get("version")?))).collect::<Vec<_>>().into_iter().collect()
}

/// A crate's clippy.toml replaces the root's, so that what holds everywhere must be said in both.
pub(super) fn clippy_files(tree: &Tree) -> Complaints {
    let (Some(root), Some(core)) = (tree.text(CLIPPY), tree.text(CORE_CLIPPY)) else {
        return vec![format!("{CLIPPY} or {CORE_CLIPPY} is missing")];
    };
    let rules = root.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lost = rules.filter(|rule| !core.lines().any(|line| line.trim() == *rule));
    lost.map(|rule| format!("{CORE_CLIPPY}: lacks the root's line {rule}")).collect()
}

/// What a dependency is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Built,
    Tested,
}

struct Manifest<'a> {
    path: &'a str,
    package: Option<&'a str>,
    tables: Vec<Table<'a>>,
}

struct Table<'a> {
    /// Without its brackets, single or double.
    header: &'a str,
    keys: Vec<(&'a str, &'a str)>,
}

impl<'a> Manifest<'a> {
    fn parse(path: &'a str, text: &'a str) -> Self {
        let mut tables = vec![Table { header: "", keys: Vec::new() }];
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if line.starts_with('[') {
                let header = line.split('#').next().unwrap_or_default().trim().trim_start_matches('[').trim_end_matches(']');
                tables.push(Table { header, keys: Vec::new() });
            } else if let (Some((key, value)), Some(table)) = (line.split_once('='), tables.last_mut()) {
                table.keys.push((key.trim(), value.trim()));
            }
        }
        let package = tables.iter().find(|table| table.header == "package").and_then(|table| table.get("name"));
        Self { path, package, tables }
    }

    /// What the crate depends on, on one platform or on all.
    fn dependencies(&self) -> Vec<(Use, &'a str)> {
        let mut found = Vec::new();
        for (table, of) in self.tables.iter().filter_map(|table| Some((table, table.dependencies_for()?))) {
            match table.header.rsplit_once("dependencies.") {
                Some((_, name)) => found.push((of, name)),
                None => found.extend(table.keys.iter().map(|(key, _)| (of, key.split('.').next().unwrap_or(key)))),
            }
        }
        found
    }
}

impl<'a> Table<'a> {
    /// What the dependencies in this table are for, if it is a table of dependencies.
    fn dependencies_for(&self) -> Option<Use> {
        let (before, after) = self.header.rsplit_once("dependencies")?;
        match before.rsplit('.').next()? {
            _ if before.starts_with("workspace") || !(after.is_empty() || after.starts_with('.')) => None,
            "dev-" => Some(Use::Tested),
            _ => Some(Use::Built),
        }
    }

    fn get(&self, wanted: &str) -> Option<&'a str> {
        self.keys.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.trim_matches('"'))
    }
}

fn manifests(tree: &Tree) -> impl Iterator<Item = Manifest<'_>> {
    let files = tree.files.iter().filter(|file| file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml"));
    files.map(|file| Manifest::parse(&file.path, &file.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_an_arrow_that_leads_away_from_the_core() {
        let core = "[package]\nname = \"rocketmall-core\"\n[dev-dependencies.rocketmall-store]\nworkspace = true";
        let found = directions(&Tree::of(&[("crates/core/Cargo.toml", core)]));
        assert_eq!(found[0], "crates/core/Cargo.toml: is tested with {\"rocketmall-store\"}, the table says {}");
        let stranger = directions(&Tree::of(&[("crates/new/Cargo.toml", "[package]\nname = \"new\"")]));
        assert!(stranger[0].starts_with("crates/new/Cargo.toml: give the crate its line in the table"), "{stranger:?}");
    }

    #[test]
    fn finds_a_database_library_outside_the_store() {
        let text = "[package]\nname = \"x\"\n[target.'cfg(unix)'.dependencies]\nmysql_async = { workspace = true }\nserde.workspace = true";
        let tree = Tree::of(&[("crates/trial/Cargo.toml", text), (STORE, text)]);
        assert_eq!(database_libraries(&tree), ["crates/trial/Cargo.toml: mysql_async: only the store knows it"]);
    }

    #[test]
    fn finds_a_target_that_ci_would_miss() {
        let text = "[[test]]\nname = \"crashes\"\nrequired-features = [\"mariadb\"]\n[[test]]\nname = \"races_mariadb\"\nrequired-features = [\"mariadb\"]";
        let more = text.replace("mariadb", "browser");
        let found = opened_targets(&Tree::of(&[("crates/trial/Cargo.toml", text), ("crates/rocketmall/Cargo.toml", &more)]));
        assert_eq!(
            found,
            [
                "crates/trial/Cargo.toml: crashes: a target of mariadb is a [[test]] with mariadb in its name",
                "crates/rocketmall/Cargo.toml: crashes: a target of browser is a [[test]] with browser in its name"
            ]
        );
    }

    #[test]
    fn finds_a_dependency_without_a_reason_and_a_reason_without_a_dependency() {
        let root = "[workspace.dependencies]\nown = { path = \"own\" }\nhex = \"0.4\"\nhmac = \"0.13\"";
        let tree = Tree::of(&[("Cargo.toml", root), (DEPENDENCIES_PAGE, "| `hmac`, `rand` | signatures |")]);
        let found = documented_dependencies(&tree);
        assert_eq!(found, ["docs/dependencies.md: no line for hex", "docs/dependencies.md: rand is no dependency any more"]);
    }

    #[test]
    fn finds_a_fuzzed_version_that_does_not_ship() {
        let lock = |version: &str| format!("[[package]]\nname = \"hex\"\nversion = \"{version}\"\n");
        let only_there = "[[package]]\nname = \"libfuzzer-sys\"\nversion = \"1.0.0\"\n";
        let tree = Tree::of(&[("Cargo.lock", &lock("0.4.3")), (FUZZ_LOCK, &(lock("0.4.2") + only_there))]);
        let found = lock_files(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("fuzz/Cargo.lock: hex 0.4.2 is not what Cargo.lock ships"), "{found:?}");
    }

    #[test]
    fn finds_a_rule_that_the_core_has_lost() {
        let tree = Tree::of(&[(CLIPPY, "# why\na = [\n  { path = \"x\" },\n]"), (CORE_CLIPPY, "a = [\n]")]);
        assert_eq!(clippy_files(&tree), ["crates/core/clippy.toml: lacks the root's line { path = \"x\" },"]);
    }
}
