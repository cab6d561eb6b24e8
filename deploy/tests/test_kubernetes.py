"""The overlays, rendered: strict schemas, and the policy with an error seeded for every rule of it."""

import copy
import subprocess
import tempfile
import unittest

import policy
import sources
import yaml

OVERLAYS = ("local", "eks")
# The Prometheus operator's: policy.monitors_find_services looks at its keys.
WITHOUT_SCHEMA = {"ServiceMonitor"}


def render(overlay):
    folder = sources.ROOT / "deploy/kubernetes/overlays" / overlay
    text = subprocess.run(["kubectl", "kustomize", folder], check=True, capture_output=True, text=True).stdout
    return list(yaml.safe_load_all(text))


def schema_errors(manifests):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump_all([manifest for manifest in manifests if manifest["kind"] not in WITHOUT_SCHEMA], file)
        file.flush()
        # Quiet it says only what is wrong. That it knows no schema is a warning to it, and an error to us.
        done = subprocess.run(["kubernetes-validate", "--strict", "--quiet", file.name], capture_output=True, text=True)
    said = done.stdout + done.stderr
    return said or (f"exit {done.returncode}" if done.returncode else "")


RENDERED = {overlay: render(overlay) for overlay in OVERLAYS}


def find(manifests, kind, name):
    return next(manifest for manifest in manifests if (manifest["kind"], manifest["metadata"]["name"]) == (kind, name))


def container(manifests):
    return policy.pod(find(manifests, "Deployment", "ticketing"))["containers"][0]


def seed(path, value=None):
    """An error: the value at a path such as `Service/web spec.ports.0.targetPort` is another, or gone."""
    where, keys = path.split(" ", 1)

    def plant(manifests):
        place = find(manifests, *where.split("/"))
        *way, last = [int(key) if key.isdigit() else key for key in keys.split(" ")]
        for key in way:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return plant


POD = "Deployment/ticketing spec template spec"
CONTAINER = f"{POD} containers 0"
SEEDS = {
    "known_api_versions": [seed("HorizontalPodAutoscaler/web apiVersion", "autoscaling/v2beta2"), seed("Service/web kind", "Servise")],
    "names_are_dns_labels": [seed("Service/web metadata name", "Web_1")],
    "selectors_select": [
        seed("Deployment/web spec selector matchLabels app.kubernetes.io/component", "wep"),
        seed("Service/web spec selector app.kubernetes.io/component", "wep"),
        seed("PodDisruptionBudget/web spec selector matchLabels app.kubernetes.io/component", "wep"),
    ],
    "requests_are_within_limits": [
        seed(f"{CONTAINER} resources requests memory", "2Gi"),
        seed(f"{CONTAINER} resources requests cpu", "2100m"),
        seed(f"{CONTAINER} resources limits"),
    ],
    "pods_are_restricted": [
        seed(f"{POD} securityContext runAsNonRoot", False),
        seed(f"{CONTAINER} securityContext readOnlyRootFilesystem"),
        seed(f"{CONTAINER} securityContext capabilities"),
    ],
    "images_have_a_version": [seed(f"{CONTAINER} image", "turnout"), seed(f"{CONTAINER} image", "turnout:latest")],
    "probes_have_one_handler_and_a_port": [
        seed(f"{CONTAINER} readinessProbe"),
        seed(f"{CONTAINER} readinessProbe tcpSocket", {"port": "http"}),
        seed(f"{CONTAINER} livenessProbe httpGet port", "htpp"),
    ],
    "restarts_hang_on_nothing_else": [seed(f"{CONTAINER} livenessProbe httpGet path", "/readyz")],
    "there_is_time_to_drain": [
        seed(f"{POD} terminationGracePeriodSeconds"),
        seed(f"{POD} terminationGracePeriodSeconds", 45),
        seed(f"{CONTAINER} lifecycle"),
    ],
    "rollouts_take_nothing_away": [
        seed("Deployment/web spec strategy rollingUpdate maxSurge", 0),
        seed("Deployment/web spec strategy rollingUpdate maxUnavailable", 1),
    ],
    "each_role_has_its_parts": [
        seed("HorizontalPodAutoscaler/web metadata name", "wep"),
        seed(f"{POD} topologySpreadConstraints"),
        seed(f"{POD} topologySpreadConstraints 0 labelSelector matchLabels app.kubernetes.io/name", "other"),
    ],
    "autoscalers_can_scale": [
        seed("HorizontalPodAutoscaler/web spec maxReplicas", 1),
        seed("HorizontalPodAutoscaler/web spec scaleTargetRef name", "wep"),
        seed("Deployment/web spec replicas", 2),
    ],
    "budgets_let_nodes_drain": [
        seed("PodDisruptionBudget/web spec minAvailable", 1),
        seed("PodDisruptionBudget/web spec maxUnavailable", 0),
        seed("PodDisruptionBudget/web spec", {"minAvailable": 2, "selector": {"matchLabels": {"app.kubernetes.io/component": "web"}}}),
    ],
    "services_reach_a_port": [seed("Service/web spec ports 0 targetPort", "htpp")],
    "ingress_follows_the_gateway": [
        seed("Ingress/turnout spec rules 0 http paths 0 backend service name", "ticketing"),
        seed("Ingress/turnout spec rules 0 http paths 0 backend service port name", "htpp"),
        seed("Ingress/turnout spec rules 0 http paths 3"),
    ],
    "ingress_is_patient_with_sockets": [seed("Ingress/turnout metadata annotations")],
    "nothing_passes_unnamed": [
        seed("NetworkPolicy/turnout spec policyTypes", ["Ingress"]),
        seed("NetworkPolicy/nats spec podSelector matchLabels app.kubernetes.io/name", "turnout"),
        seed("NetworkPolicy/turnout spec egress 0 to"),
        seed("NetworkPolicy/turnout spec egress 0 ports 0 port", 70000),
        seed("NetworkPolicy/turnout spec ingress 0 ports 0 port", "htpp"),
    ],
    "references_exist": [
        seed(f"{POD} serviceAccountName", "other"),
        seed(f"{CONTAINER} envFrom 0 configMapRef name", "turnout"),
        seed(f"{CONTAINER} env 0 valueFrom secretKeyRef name", "other"),
    ],
    "secrets_come_by_reference": [seed(f"{CONTAINER} env 0", {"name": "TURNOUT_PEER_SECRET", "value": "0123456789abcdef"})],
    "settings_are_known": [seed(f"{CONTAINER} env 1 name", "TURNOUT_ROL")],
    "monitors_find_services": [
        seed("ServiceMonitor/turnout spec selector matchLabels app.kubernetes.io/name", "other"),
        seed("ServiceMonitor/turnout spec endpoints 0 interval", "15 seconds"),
        seed("ServiceMonitor/turnout spec endpoints 0 prot", "http"),
        seed("ServiceMonitor/turnout spec endpoints 0 port", "htpp"),
    ],
}


class Overlays(unittest.TestCase):
    def test_they_follow_the_schemas(self):
        for overlay, manifests in RENDERED.items():
            with self.subTest(overlay):
                self.assertEqual(schema_errors(manifests), "")

    def test_they_follow_the_policy(self):
        for overlay, manifests in RENDERED.items():
            with self.subTest(overlay):
                self.assertEqual(policy.complaints(manifests), [])

    def test_the_one_for_one_machine_asks_nobody_for_secrets(self):
        names = {manifest["metadata"]["name"].rsplit("-", 1)[0] for manifest in policy.of_kind(RENDERED["local"], "Secret")}
        self.assertEqual(names, policy.SECRETS_BY_HAND)
        self.assertEqual(policy.of_kind(RENDERED["eks"], "Secret"), [])


class Schemas(unittest.TestCase):
    def test_each_seeded_error_is_found(self):
        errors = {
            "an unknown kind": seed("Service/web kind", "Servise"),
            "a removed version": seed("HorizontalPodAutoscaler/web apiVersion", "autoscaling/v2beta2"),
            "an unknown key": seed(f"{CONTAINER} lifecycel", {}),
            "a wrong type": seed("Service/web spec ports 0 port", "3000"),
        }
        for name, plant in errors.items():
            with self.subTest(name):
                manifests = copy.deepcopy(RENDERED["eks"])
                plant(manifests)
                self.assertNotEqual(schema_errors(manifests), "")


class Policy(unittest.TestCase):
    def test_each_rule_finds_its_seeded_errors(self):
        self.assertEqual(set(SEEDS), {check.__name__ for check in policy.RULES})
        for name, plants in SEEDS.items():
            for number, plant in enumerate(plants):
                with self.subTest(rule=name, seed=number):
                    manifests = copy.deepcopy(RENDERED["eks"])
                    plant(manifests)
                    found = {complaint.split(":")[0] for complaint in policy.complaints(manifests)}
                    self.assertIn(name, found)


if __name__ == "__main__":
    unittest.main()
