//! Which crate may depend on which. A new arrow is a design change: its own commit, and a sentence in ARCHITECTURE.md.

use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

use super::Finding;

/// A crate, and the crates of this workspace it may name under `[dependencies]` and under `[dev-dependencies]` only.
struct Arrows {
    from: &'static str,
    to: &'static [&'static str],
    to_in_tests: &'static [&'static str],
}

const PORTS: &[&str] = &["turnout-domain", "turnout-store", "turnout-bus"];
const SERVICE: &[&str] = &["turnout-domain", "turnout-store", "turnout-bus", "turnout-http"];
const TEST_KIT: &[&str] = &["turnout-test-kit"];

const ARROWS: &[Arrows] = &[
    Arrows {
        from: "turnout-domain",
        to: &[],
        to_in_tests: &[],
    },
    Arrows {
        from: "turnout-store",
        to: &["turnout-domain"],
        to_in_tests: &[],
    },
    Arrows {
        from: "turnout-store-sqlite",
        to: &["turnout-domain", "turnout-store"],
        to_in_tests: &[],
    },
    Arrows {
        from: "turnout-store-dynamodb",
        to: &["turnout-domain", "turnout-store"],
        to_in_tests: &[],
    },
    Arrows {
        from: "turnout-bus",
        // For the relay, which carries a table's outbox to the bus.
        to: &["turnout-domain", "turnout-store"],
        to_in_tests: &[],
    },
    Arrows {
        from: "turnout-bus-nats",
        to: &["turnout-domain", "turnout-bus"],
        to_in_tests: &["turnout-store"],
    },
    Arrows {
        from: "turnout-http",
        to: PORTS,
        to_in_tests: &[],
    },
    // Services never import one another.
    Arrows {
        from: "turnout-identity",
        to: SERVICE,
        to_in_tests: TEST_KIT,
    },
    Arrows {
        from: "turnout-registration",
        to: SERVICE,
        to_in_tests: TEST_KIT,
    },
    Arrows {
        from: "turnout-ticketing",
        to: SERVICE,
        to_in_tests: TEST_KIT,
    },
    Arrows {
        from: "turnout-engagement",
        to: SERVICE,
        to_in_tests: TEST_KIT,
    },
    // A service's tests never compile an adapter.
    Arrows {
        from: "turnout-test-kit",
        to: SERVICE,
        to_in_tests: &[],
    },
    // It speaks to a server over the wire, as a client would.
    Arrows {
        from: "turnout-load",
        to: &["turnout-domain", "turnout-http"],
        to_in_tests: &[],
    },
    // Adapters and services meet here.
    Arrows {
        from: "turnout-server",
        to: &[
            "turnout-domain",
            "turnout-store",
            "turnout-store-sqlite",
            "turnout-store-dynamodb",
            "turnout-bus",
            "turnout-bus-nats",
            "turnout-http",
            "turnout-identity",
            "turnout-registration",
            "turnout-ticketing",
            "turnout-engagement",
        ],
        to_in_tests: TEST_KIT,
    },
    Arrows {
        from: "xtask",
        to: &[],
        to_in_tests: &[],
    },
];

/// The only crate that knows the AWS SDK.
const KNOWS_AWS: &str = "turnout-store-dynamodb";

/// A crate of the workspace and what its manifest names.
pub(super) struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    only_in_tests: bool,
}

pub(super) fn packages_of(root: &Path) -> Result<Vec<Package>, String> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .map_err(|error| format!("could not read the workspace: {error}"))?;
    let packages = metadata.packages.iter().map(|package| Package {
        name: package.name.to_string(),
        dependencies: package
            .dependencies
            .iter()
            .map(|dependency| Dependency {
                name: dependency.name.clone(),
                only_in_tests: dependency.kind == DependencyKind::Development,
            })
            .collect(),
    });
    Ok(packages.collect())
}

pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    packages
        .iter()
        .flat_map(|package| check_package(package, packages))
        .collect()
}

fn check_package(package: &Package, workspace: &[Package]) -> Vec<Finding> {
    let from = &package.name;
    let Some(arrows) = ARROWS.iter().find(|arrows| arrows.from == *from) else {
        return vec![format!(
            "{from}: say in xtask/src/tidy/arrows.rs what this crate may depend on"
        )];
    };
    let mut findings = Vec::new();
    for Dependency {
        name: to,
        only_in_tests,
    } in &package.dependencies
    {
        let is_ours = workspace.iter().any(|other| other.name == *to);
        let is_allowed_in_tests = arrows.to_in_tests.contains(&to.as_str());
        // A crate may name itself in its tests: that is how they switch on a feature of it.
        let is_allowed =
            arrows.to.contains(&to.as_str()) || *only_in_tests && (is_allowed_in_tests || to == from);
        if is_ours && !is_allowed {
            findings.push(if is_allowed_in_tests {
                format!("{from}: {to} may only be a dev-dependency")
            } else {
                format!("{from}: must not depend on {to}; it may on {}", list(arrows.to))
            });
        }
        if to.starts_with("aws-") && from != KNOWS_AWS {
            findings.push(format!(
                "{from}: must not depend on {to}; only {KNOWS_AWS} knows the AWS SDK"
            ));
        }
    }
    findings
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        "no crate of the workspace".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(from: &str, dependencies: &[(&str, bool)]) -> Vec<Package> {
        let mut packages: Vec<_> = ARROWS
            .iter()
            .map(|arrows| Package {
                name: arrows.from.to_owned(),
                dependencies: Vec::new(),
            })
            .filter(|package| package.name != from)
            .collect();
        let dependencies = dependencies
            .iter()
            .map(|&(name, only_in_tests)| Dependency {
                name: name.to_owned(),
                only_in_tests,
            })
            .collect();
        packages.push(Package {
            name: from.to_owned(),
            dependencies,
        });
        packages
    }

    #[test]
    fn arrows_of_the_table_pass() {
        let service = [
            ("turnout-store", false),
            ("turnout-test-kit", true),
            ("serde", false),
        ];
        assert_eq!(
            check(&workspace("turnout-ticketing", &service)),
            Vec::<Finding>::new()
        );
        let adapter = [("turnout-store", false), ("aws-sdk-dynamodb", false)];
        assert_eq!(
            check(&workspace("turnout-store-dynamodb", &adapter)),
            Vec::<Finding>::new()
        );
    }

    #[test]
    fn a_service_that_imports_another_is_refused() {
        let found = check(&workspace(
            "turnout-ticketing",
            &[("turnout-registration", false)],
        ));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("turnout-ticketing: must not depend on turnout-registration;"),
            "{found:?}"
        );
    }

    #[test]
    fn so_is_one_that_does_it_in_its_tests() {
        assert_eq!(
            check(&workspace("turnout-ticketing", &[("turnout-registration", true)])).len(),
            1
        );
        assert_eq!(
            check(&workspace("turnout-identity", &[("turnout-store-sqlite", true)])).len(),
            1
        );
    }

    #[test]
    fn the_test_kit_stays_out_of_what_is_shipped() {
        let found = check(&workspace("turnout-server", &[("turnout-test-kit", false)]));
        assert_eq!(
            found,
            ["turnout-server: turnout-test-kit may only be a dev-dependency"]
        );
    }

    #[test]
    fn a_crate_may_switch_on_its_own_features_for_its_tests() {
        assert_eq!(
            check(&workspace("turnout-store", &[("turnout-store", true)])),
            Vec::<Finding>::new()
        );
    }

    #[test]
    fn a_crate_that_the_table_does_not_know_is_refused() {
        let found = check(&workspace("turnout-seating", &[]));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("turnout-seating: say in xtask"), "{found:?}");
    }

    #[test]
    fn only_the_dynamodb_adapter_knows_aws() {
        let found = check(&workspace("turnout-server", &[("aws-config", false)]));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("only turnout-store-dynamodb knows the AWS SDK"),
            "{found:?}"
        );
    }

    #[test]
    fn the_table_names_only_crates_that_it_describes() {
        for arrows in ARROWS {
            for to in arrows.to.iter().chain(arrows.to_in_tests) {
                assert!(
                    ARROWS.iter().any(|other| other.from == *to),
                    "{} -> {to}",
                    arrows.from
                );
            }
        }
    }
}
