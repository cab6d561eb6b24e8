"""compose.yaml: the subset that Compose v1 and v2 both accept, and what it promises. And that settings are described."""

import re
import unittest

import sources
import yaml

PORTS = {"web": 3000, "registration": 3001, "ticketing": 3002, "engagement": 3003, "identity": 3004}
# What is used here and both know. Version 1 refuses a top-level name, include, objects in env_file and additional_contexts;
# ulimits keep containers from starting where the machine allows less.
TOP = {"services", "volumes"}
KEYS = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "ports", "profiles", "read_only", "restart",
    "security_opt", "stop_grace_period", "volumes",
}
CONDITIONS = {"service_healthy", "service_completed_successfully"}


class Compose(unittest.TestCase):
    compose = yaml.safe_load((sources.ROOT / "compose.yaml").read_text())
    services = compose["services"]

    def test_both_versions_know_every_key(self):
        self.assertEqual({key for key in self.compose if not key.startswith("x-")}, TOP)
        for name, service in self.services.items():
            self.assertLessEqual(service.keys(), KEYS, name)
            self.assertLessEqual(set(service.get("build", {})), {"args", "context", "target"}, name)

    def test_every_container_is_restricted(self):
        for name, service in self.services.items():
            self.assertTrue(service["read_only"], name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"], name)

    def test_each_role_is_at_its_port_of_this_machine_only(self):
        for role, port in PORTS.items():
            service = self.services[role]
            self.assertEqual(service["ports"], [f"127.0.0.1:{port}:{port}"])
            self.assertEqual(service["environment"]["TURNOUT_ROLE"], role)
            self.assertEqual(service["environment"]["TURNOUT_LISTEN"], f"0.0.0.0:{port}")

    def test_settings_are_known_and_peers_are_where_they_listen(self):
        for name, service in self.services.items():
            self.assertLessEqual(service.get("environment", {}).keys(), sources.settings(), name)
        for role, port in PORTS.items():
            if role != "web":
                self.assertEqual(self.services["web"]["environment"][f"TURNOUT_{role.upper()}_URL"], f"http://{role}:{port}")

    def test_the_start_is_ordered_by_health(self):
        for name, service in self.services.items():
            for other, how in service.get("depends_on", {}).items():
                self.assertIn(other, self.services)
                self.assertIn(how["condition"], CONDITIONS)
        self.assertEqual(set(self.services["web"]["depends_on"]), PORTS.keys() - {"web"})
        for role in PORTS.keys() - {"web"}:
            self.assertEqual(set(self.services[role]["depends_on"]), {"tables", "nats"})

    def test_one_process_starts_only_when_named(self):
        self.assertEqual(self.services["embedded"]["profiles"], ["embedded"])
        self.assertEqual([name for name, service in self.services.items() if "profiles" in service], ["embedded"])

    def test_volumes_exist(self):
        used = {volume.split(":")[0] for service in self.services.values() for volume in service.get("volumes", [])}
        self.assertEqual(used, set(self.compose["volumes"]))


# Read by libraries: the certificates of TLS, and the role that EKS gives a pod.
READ_BY_LIBRARIES = {
    "SSL_CERT_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
}


class Documentation(unittest.TestCase):
    def test_every_setting_is_described_and_none_is_made_up(self):
        text = (sources.ROOT / "docs/operating/configuration.md").read_text()
        described = set(re.findall(r"`((?:TURNOUT|AWS|RUST|SSL)_[A-Z_]+)`", text))
        self.assertEqual(described, sources.settings() | READ_BY_LIBRARIES)


if __name__ == "__main__":
    unittest.main()
