"""Rules over rendered manifests, for what no schema can tell. A rule yields its complaints; test_kubernetes.py shows each
one to complain about a seeded error."""

import re

import sources

API_VERSIONS = {
    "v1": {"ConfigMap", "Namespace", "Secret", "Service", "ServiceAccount"},
    "apps/v1": {"Deployment", "StatefulSet"},
    "autoscaling/v2": {"HorizontalPodAutoscaler"},
    "batch/v1": {"Job"},
    "monitoring.coreos.com/v1": {"ServiceMonitor"},
    "networking.k8s.io/v1": {"Ingress", "NetworkPolicy"},
    "policy/v1": {"PodDisruptionBudget"},
}
HANDLERS = {"exec", "grpc", "httpGet", "sleep", "tcpSocket"}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
# Made by hand once, from what must not be in files: docs/operating/runbook.md.
SECRETS_BY_HAND = {"turnout", "turnout-aws"}
# The operator's definition has no schema here, so its keys are told off one by one.
SERVICE_MONITOR_KEYS = {
    "spec": {"selector", "endpoints", "targetLabels", "podTargetLabels", "jobLabel", "namespaceSelector", "sampleLimit"},
    "endpoint": {"port", "path", "interval", "scheme", "scrapeTimeout", "honorLabels", "relabelings", "metricRelabelings"},
}
RULES = []


def rule(check):
    RULES.append(check)
    return check


def complaints(manifests):
    return [f"{check.__name__}: {complaint}" for check in RULES for complaint in check(manifests)]


def of_kind(manifests, *kinds):
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def title(manifest):
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def workloads(manifests):
    return of_kind(manifests, "Deployment", "StatefulSet", "Job")


def pod(workload):
    return workload["spec"]["template"]["spec"]


def containers(manifests):
    return [(title(workload), container) for workload in workloads(manifests) for container in pod(workload)["containers"]]


def selects(selector, labels):
    if not all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(labels.get(term["key"]) in term["values"] for term in selector.get("matchExpressions", []))


def selected(manifests, selector):
    return [workload for workload in workloads(manifests) if selects(selector, workload["spec"]["template"]["metadata"]["labels"])]


def port_names(workload):
    return {port["name"] for container in pod(workload)["containers"] for port in container.get("ports", [])}


def quantity(text):
    number, unit = re.fullmatch(r"(\d+(?:\.\d+)?)(m|Ki|Mi|Gi|)", str(text)).groups()
    return float(number) * {"m": 0.001, "": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}[unit]


def seconds_before_term(container):
    return container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)


@rule
def known_api_versions(manifests):
    for manifest in manifests:
        if manifest["kind"] not in API_VERSIONS.get(manifest["apiVersion"], ()):
            yield f"{manifest['apiVersion']} {title(manifest)}"


@rule
def names_are_dns_labels(manifests):
    for manifest in manifests:
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", manifest["metadata"]["name"]):
            yield title(manifest)


@rule
def selectors_select(manifests):
    for manifest in of_kind(manifests, "Deployment", "StatefulSet"):
        if not selects(manifest["spec"]["selector"], manifest["spec"]["template"]["metadata"]["labels"]):
            yield f"{title(manifest)} does not select its own pods"
    for manifest in of_kind(manifests, "Service", "PodDisruptionBudget", "NetworkPolicy"):
        spec = manifest["spec"]
        selector = spec.get("podSelector") or spec["selector"]
        selector = {"matchLabels": selector} if manifest["kind"] == "Service" else selector
        if not selected(manifests, selector):
            yield f"{title(manifest)} selects nothing"


@rule
def requests_are_within_limits(manifests):
    for name, container in containers(manifests):
        resources = container.get("resources", {})
        for kind in ("cpu", "memory"):
            request, limit = (resources.get(part, {}).get(kind) for part in ("requests", "limits"))
            if request is None or limit is None or quantity(request) > quantity(limit):
                yield f"{name}: {kind} {request} of {limit}"


@rule
def pods_are_restricted(manifests):
    for workload in workloads(manifests):
        context = pod(workload).get("securityContext", {})
        if not context.get("runAsNonRoot") or context.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{title(workload)}: the pod"
    for name, container in containers(manifests):
        context = container.get("securityContext", {})
        wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        if {key: context.get(key) for key in wanted} != wanted:
            yield f"{name}: the container"


@rule
def images_have_a_version(manifests):
    for name, container in containers(manifests):
        if not re.search(r":[^/:]+$|@sha256:", container["image"]) or container["image"].endswith(":latest"):
            yield f"{name}: {container['image']}"


@rule
def probes_have_one_handler_and_a_port(manifests):
    for workload in of_kind(manifests, "Deployment", "StatefulSet"):
        for container in pod(workload)["containers"]:
            for kind in PROBES[1:]:
                if kind not in container:
                    yield f"{title(workload)} has no {kind}"
            for kind in PROBES:
                probe = container.get(kind, {})
                handlers = HANDLERS & probe.keys()
                if kind in container and len(handlers) != 1:
                    yield f"{title(workload)}: {kind} has {len(handlers)} handlers"
                for handler in handlers:
                    if probe[handler].get("port") not in port_names(workload):
                        yield f"{title(workload)}: {kind} asks no port of the pod"


@rule
def restarts_hang_on_nothing_else(manifests):
    for name, container in containers(manifests):
        if container.get("livenessProbe", {}).get("httpGet", {}).get("path") == "/readyz":
            yield f"{name}: a store that is away would restart every pod"


@rule
def there_is_time_to_drain(manifests):
    for deployment in of_kind(manifests, "Deployment"):
        before = max(seconds_before_term(container) for container in pod(deployment)["containers"])
        grace = pod(deployment).get("terminationGracePeriodSeconds", 30)
        if before < 5:
            yield f"{title(deployment)}: SIGTERM comes before load balancers heard of it"
        if grace <= before + sources.seconds_of_drain():
            yield f"{title(deployment)}: {grace} s"


@rule
def rollouts_take_nothing_away(manifests):
    for deployment in of_kind(manifests, "Deployment"):
        rolling = deployment["spec"].get("strategy", {}).get("rollingUpdate", {})
        if rolling.get("maxUnavailable") != 0 or rolling.get("maxSurge") in (0, "0%", None):
            yield title(deployment)


@rule
def each_role_has_its_parts(manifests):
    for deployment in of_kind(manifests, "Deployment"):
        for kind in ("Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"):
            if deployment["metadata"]["name"] not in {other["metadata"]["name"] for other in of_kind(manifests, kind)}:
                yield f"{title(deployment)} has no {kind}"
        for spread in pod(deployment).get("topologySpreadConstraints") or [{}]:
            if not selects(spread.get("labelSelector", {"matchLabels": {"": ""}}), deployment["spec"]["template"]["metadata"]["labels"]):
                yield f"{title(deployment)} is not spread"


@rule
def autoscalers_can_scale(manifests):
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        spec = scaler["spec"]
        if not 1 <= spec["minReplicas"] < spec["maxReplicas"]:
            yield f"{title(scaler)}: {spec['minReplicas']} to {spec['maxReplicas']}"
        targets = [d for d in of_kind(manifests, "Deployment") if d["metadata"]["name"] == spec["scaleTargetRef"]["name"]]
        if not targets:
            yield f"{title(scaler)} scales nothing"
        elif "replicas" in targets[0]["spec"]:
            yield f"{title(targets[0])}: every apply would undo the autoscaler"


@rule
def budgets_let_nodes_drain(manifests):
    least = {scaler["metadata"]["name"]: scaler["spec"]["minReplicas"] for scaler in of_kind(manifests, "HorizontalPodAutoscaler")}
    for budget in of_kind(manifests, "PodDisruptionBudget"):
        spec = budget["spec"]
        if ("minAvailable" in spec) == ("maxUnavailable" in spec):
            yield f"{title(budget)}: one of minAvailable and maxUnavailable"
        elif spec.get("maxUnavailable") == 0 or spec.get("minAvailable", 0) >= least.get(budget["metadata"]["name"], 1):
            yield f"{title(budget)}: no pod could ever be moved"


@rule
def services_reach_a_port(manifests):
    for service in of_kind(manifests, "Service"):
        for workload in selected(manifests, {"matchLabels": service["spec"]["selector"]}):
            for port in service["spec"]["ports"]:
                if port["targetPort"] not in port_names(workload):
                    yield f"{title(service)}: {title(workload)} has no port {port['targetPort']}"


@rule
def ingress_follows_the_gateway(manifests):
    ports = {(s["metadata"]["name"], port["name"]) for s in of_kind(manifests, "Service") for port in s["spec"]["ports"]}
    for ingress in of_kind(manifests, "Ingress"):
        paths = {}
        for path in (path for entry in ingress["spec"]["rules"] for path in entry["http"]["paths"]):
            service = path["backend"]["service"]
            paths[path["path"]] = service["name"]
            if (service["name"], service["port"]["name"]) not in ports:
                yield f"{path['path']}: there is no {service['name']}:{service['port']['name']}"
        # What the gateway divides further goes to the gateway.
        wanted = {f"/api/{part}": role for part, role in sources.gateway().items() if part != "events"} | {"/": "web"}
        if paths != wanted:
            yield f"{sorted(paths.items() ^ wanted.items())}"


@rule
def ingress_is_patient_with_sockets(manifests):
    for ingress in of_kind(manifests, "Ingress"):
        notes = ingress["metadata"].get("annotations", {})
        if ingress["spec"]["ingressClassName"] == "alb":
            found = re.search(r"idle_timeout\.timeout_seconds=(\d+)", notes.get("alb.ingress.kubernetes.io/load-balancer-attributes", ""))
            seconds = int(found[1]) if found else 60
        else:
            seconds = min(int(notes.get(f"nginx.ingress.kubernetes.io/proxy-{way}-timeout", 60)) for way in ("read", "send"))
        if seconds < 600:
            yield f"{title(ingress)}: {seconds} s"


@rule
def nothing_passes_unnamed(manifests):
    policies = of_kind(manifests, "NetworkPolicy")
    for workload in workloads(manifests):
        labels = workload["spec"]["template"]["metadata"]["labels"]
        types = {kind for policy in policies if selects(policy["spec"]["podSelector"], labels) for kind in policy["spec"]["policyTypes"]}
        if types != {"Ingress", "Egress"}:
            yield f"{title(workload)} is held by {sorted(types)}"
    for policy in policies:
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            for entry in policy["spec"].get(direction, []):
                if not entry.get(peers) or not entry.get("ports"):
                    yield f"{title(policy)}: {direction} for all"
                for port in entry.get("ports", []):
                    yield from wrong_port(manifests, policy, direction, port)


def wrong_port(manifests, policy, direction, port):
    number, last = port["port"], port.get("endPort", port["port"])
    if isinstance(number, int):
        if not 1 <= number <= last <= 65535:
            yield f"{title(policy)}: port {number} to {last}"
    elif direction == "ingress":
        for workload in selected(manifests, policy["spec"]["podSelector"]):
            if workload["kind"] != "Job" and number not in port_names(workload):
                yield f"{title(policy)}: {title(workload)} has no port {number}"


@rule
def references_exist(manifests):
    there = {title(manifest) for manifest in manifests} | {f"Secret/{name}" for name in SECRETS_BY_HAND}
    for workload in workloads(manifests):
        wanted = [f"ServiceAccount/{pod(workload)['serviceAccountName']}"] if "serviceAccountName" in pod(workload) else []
        for container in pod(workload)["containers"]:
            wanted += [f"ConfigMap/{source['configMapRef']['name']}" for source in container.get("envFrom", [])]
            for variable in container.get("env", []):
                if "valueFrom" in variable:
                    wanted.append(f"Secret/{variable['valueFrom']['secretKeyRef']['name']}")
        for name in wanted:
            if name not in there:
                yield f"{title(workload)}: {name}"


@rule
def secrets_come_by_reference(manifests):
    for name, variable in [(name, variable) for name, container in containers(manifests) for variable in container.get("env", [])]:
        if re.search(r"SECRET|KEY|PASSWORD|TOKEN", variable["name"]) and "value" in variable:
            yield f"{name}: {variable['name']}"
    for config in of_kind(manifests, "ConfigMap"):
        for key in config["data"]:
            if re.search(r"SECRET|KEY|PASSWORD|TOKEN", key):
                yield f"{title(config)}: {key}"


@rule
def settings_are_known(manifests):
    variables = [variable["name"] for name, container in containers(manifests) for variable in container.get("env", [])]
    variables += [key for config in of_kind(manifests, "ConfigMap") for key in config["data"]]
    yield from sorted(set(variables) - sources.settings())


@rule
def monitors_find_services(manifests):
    for monitor in of_kind(manifests, "ServiceMonitor"):
        spec = monitor["spec"]
        for unknown in spec.keys() - SERVICE_MONITOR_KEYS["spec"]:
            yield f"unknown key {unknown}"
        services = [s for s in of_kind(manifests, "Service") if selects(spec["selector"], s["metadata"].get("labels", {}))]
        if not services:
            yield "finds no Service"
        for endpoint in spec["endpoints"]:
            for unknown in endpoint.keys() - SERVICE_MONITOR_KEYS["endpoint"]:
                yield f"unknown key {unknown}"
            if not re.fullmatch(r"\d+(ms|s|m)", endpoint.get("interval", "30s")):
                yield f"interval {endpoint['interval']}"
            for service in services:
                if endpoint["port"] not in {port["name"] for port in service["spec"]["ports"]}:
                    yield f"{title(service)} has no port {endpoint['port']}"
