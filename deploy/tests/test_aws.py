"""The stacks, really created, updated and rolled back on ministack, and the web app served through its CloudFront.

Wants the folder of binaries in BINARIES (turnout with every feature, dynamodb-local), and the tools of tools.sh in PATH.
ministack is no AWS: what it cannot show is said in docs/operating/runbook.md.
"""

import contextlib
import functools
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import cfnlint.decode
import sources

AWS = sources.ROOT / "deploy/aws"
TURNOUT = Path(os.environ["BINARIES"]) / "turnout"
DYNAMODB = Path(os.environ["BINARIES"]) / "dynamodb-local"
START_SECONDS_MAX = 60
# Types that ministack does not know. The cluster is tried without them, and addons.yaml, which has little else, not at all.
UNKNOWN_TO_MINISTACK = {"AWS::EC2::EIP", "AWS::EC2::NatGateway"}
# What CloudFormation sets and a table that is asked does not show in the same words, if the server shows it at all.
KEYS_OF_TABLE = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
SECURITY_HEADERS = (
    "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy", "permissions-policy",
    "cross-origin-opener-policy",
)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def process(command, ready, folder, **environment):
    """A process that is ended with the test, by its id."""
    with open(Path(folder) / "log", "a") as log:
        child = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **environment})
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not answers(ready):
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n{(Path(folder) / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def run(*command, check=True, **environment):
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    if check and done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done


def comparable(table):
    """A table's keys and indexes, in one order and without what only one side tells."""
    indexes = [{key: index[key] for key in ("IndexName", "KeySchema", "Projection")} for index in table["GlobalSecondaryIndexes"]]
    return {
        "AttributeDefinitions": sorted(table["AttributeDefinitions"], key=lambda attribute: attribute["AttributeName"]),
        "KeySchema": table["KeySchema"],
        "GlobalSecondaryIndexes": sorted(indexes, key=lambda index: index["IndexName"]),
        "BillingMode": table.get("BillingMode") or table["BillingModeSummary"]["BillingMode"],
        "DeletionProtectionEnabled": table["DeletionProtectionEnabled"],
    }


def template(name):
    loaded, errors = cfnlint.decode.decode(str(AWS / name))
    assert not errors, errors
    return json.loads(json.dumps(loaded))


def without(loaded, types):
    """A template without the resources of some types and all that refers to them."""
    resources = loaded["Resources"]
    gone = {name for name, resource in resources.items() if resource["Type"] in types}
    while True:
        left = {}
        for name, resource in resources.items():
            depends = resource.get("DependsOn", [])
            depends = [depends] if isinstance(depends, str) else depends
            if depends:
                resource["DependsOn"] = [other for other in depends if other not in gone]
            text = json.dumps(resource["Properties"] if "Properties" in resource else {})
            refers = any(f'"Ref": "{other}"' in text or f'"Fn::GetAtt": ["{other}"' in text for other in gone)
            if name not in gone and not refers:
                left[name] = resource
        if left.keys() == resources.keys():
            return {**loaded, "Resources": left}
        gone |= resources.keys() - left.keys()
        resources = left


class Tables(unittest.TestCase):
    """CloudFormation's tables are those that the program makes."""

    def test_the_committed_template_is_what_the_program_prints(self):
        printed = run(TURNOUT, "tables", "cloudformation").stdout
        self.assertEqual((AWS / "tables.json").read_text(), printed, "`turnout tables cloudformation` makes deploy/aws/tables.json")

    def test_a_server_shows_the_same_tables(self):
        declared = {
            resource["Properties"]["TableName"]["Fn::Sub"].replace("${TablePrefix}", "turnout-"): comparable(resource["Properties"])
            for resource in template("tables.json")["Resources"].values()
        }
        endpoint = f"http://127.0.0.1:{free_port()}"
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-central-1"}
        with tempfile.TemporaryDirectory() as folder:
            with process([DYNAMODB, "--listen", endpoint.removeprefix("http://")], endpoint, folder):
                run(TURNOUT, "tables", "create", TURNOUT_DYNAMODB_ENDPOINT=endpoint, **keys)
                ask = functools.partial(run, "aws", "dynamodb", AWS_ENDPOINT_URL=endpoint, **keys)
                names = json.loads(ask("list-tables", "--output", "json").stdout)["TableNames"]
                made = {
                    name: comparable(json.loads(ask("describe-table", "--table-name", name, "--output", "json").stdout)["Table"])
                    for name in names
                }
                lives = {
                    name: json.loads(ask("describe-time-to-live", "--table-name", name, "--output", "json").stdout)
                    for name in names
                }
        self.assertEqual(made, declared)
        for resource in template("tables.json")["Resources"].values():
            properties = resource["Properties"]
            name = properties["TableName"]["Fn::Sub"].replace("${TablePrefix}", "turnout-")
            told = lives[name]["TimeToLiveDescription"]
            self.assertEqual(told["AttributeName"], properties["TimeToLiveSpecification"]["AttributeName"])
            self.assertEqual(told["TimeToLiveStatus"], "ENABLED")
            # What an account wants besides, and only CloudFormation gives.
            self.assertTrue(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"])
            self.assertTrue(properties["SSESpecification"]["SSEEnabled"])
            self.assertEqual((resource["DeletionPolicy"], resource["UpdateReplacePolicy"]), ("Retain", "Retain"))

    def test_pods_may_do_what_the_adapter_does(self):
        statement = template("cluster.yaml")["Resources"]["TablesPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
        allowed = {action.removeprefix("dynamodb:") for action in statement["Action"]}
        # A transaction is authorized as the writes and checks it is made of.
        writes = {"ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"}
        self.assertEqual(allowed, sources.operations_of_adapter() | writes)


class DryRun(unittest.TestCase):
    settings = {
        "VERSION": "1.2.3", "DOMAIN": "tickets.example.org", "ORIGIN_DOMAIN": "origin.tickets.example.org",
        "CERTIFICATE": "arn:aws:acm:us-east-1:123456789012:certificate/a",
        "ORIGIN_CERTIFICATE": "arn:aws:acm:eu-central-1:123456789012:certificate/b",
    }

    def test_it_says_everything_and_asks_nobody(self):
        nobody = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        said = run(AWS / "deploy.sh", "--dry-run", **self.settings, **nobody).stdout
        for name in ("tables", "registry", "cluster", "addons", "site"):
            self.assertIn(f"cloudformation deploy --stack-name turnout-{name} ", said)
        for words in ("docker push", ":1.2.3", "certificate/b", "TURNOUT_PUBLIC_URL: https://tickets.example.org", "s3 sync"):
            self.assertIn(words, said)
        self.assertEqual(list((sources.ROOT / "deploy/kubernetes/overlays").glob("made.*")), [])

    def test_pods_are_let_at_the_tables_of_a_restore_and_told_of_them(self):
        said = run(AWS / "deploy.sh", "--dry-run", "cluster", "manifests", **self.settings, TABLE_PREFIX="restored-").stdout
        for words in ("--parameter-overrides TablePrefix=restored-", "TURNOUT_DYNAMODB_PREFIX: restored-"):
            self.assertIn(words, said)

    def test_it_names_what_is_missing(self):
        for step, name in (("image", "VERSION"), ("site", "ORIGIN_DOMAIN"), ("tabels", "tabels")):
            settings = {**self.settings, name: ""}
            done = run(AWS / "deploy.sh", "--dry-run", step, check=False, **settings)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(name, done.stderr)


class Stacks(unittest.TestCase):
    """In the order of their names: each goes on from what the one before left."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.port = free_port()
        cls.endpoint = f"http://127.0.0.1:{cls.port}"
        # Unless told otherwise it listens on every address of the machine.
        ministack = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(cls.port), "MINISTACK_REGION": "eu-central-1"}
        cls.enterClassContext(process(["ministack"], f"{cls.endpoint}/_ministack/health", cls.folder, **ministack))

    def ask(self, *command, check=True):
        return run(*command, check=check, **self.environment())

    def aws(self, *command):
        said = self.ask("aws", *command, "--output", "json").stdout
        return json.loads(said) if said.strip() else None

    def environment(self):
        return {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true", "ORIGIN_DOMAIN": "origin.example.org",
        }

    def stack(self, name):
        return self.aws("cloudformation", "describe-stacks", "--stack-name", f"turnout-{name}")["Stacks"][0]

    def outputs(self, name):
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack(name)["Outputs"]}

    def deploy(self, name, template, *parameters, check=True):
        return self.ask(
            "aws", "cloudformation", "deploy", "--stack-name", f"turnout-{name}", "--template-file", template,
            "--capabilities", "CAPABILITY_IAM", *(("--parameter-overrides", *parameters) if parameters else ()), check=check,
        )

    def write(self, name, loaded):
        path = Path(self.folder) / name
        path.write_text(json.dumps(loaded))
        return path

    def tables(self):
        names = self.aws("dynamodb", "list-tables")["TableNames"]
        return {name: comparable(self.aws("dynamodb", "describe-table", "--table-name", name)["Table"]) for name in names}

    def test_1_the_script_makes_the_stacks_and_may_run_again(self):
        for status in ("CREATE_COMPLETE", "CREATE_COMPLETE"):
            self.ask(AWS / "deploy.sh", "tables", "registry", "site")
            for name in ("tables", "registry", "site"):
                self.assertEqual(self.stack(name)["StackStatus"], status, name)
        declared = {
            resource["Properties"]["TableName"]["Fn::Sub"].replace("${TablePrefix}", "turnout-"): comparable(resource["Properties"])
            for resource in template("tables.json")["Resources"].values()
        }
        self.assertEqual(self.tables(), declared)

    def test_2_the_cluster(self):
        self.deploy("cluster", self.write("cluster.json", without(template("cluster.yaml"), UNKNOWN_TO_MINISTACK)))
        self.assertEqual(self.stack("cluster")["StackStatus"], "CREATE_COMPLETE")
        self.assertEqual(self.aws("eks", "describe-cluster", "--name", "turnout")["cluster"]["status"], "ACTIVE")
        nodes = self.aws("eks", "list-nodegroups", "--cluster-name", "turnout")["nodegroups"]
        self.assertEqual(len(nodes), 1)

    def test_3_an_update_changes_what_it_says_and_keeps_the_data(self):
        key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
        self.aws("dynamodb", "put-item", "--table-name", "turnout-events", "--item", json.dumps(key))
        self.deploy("registry", AWS / "registry.yaml", "KeptImages=40")
        self.assertEqual(self.stack("registry")["StackStatus"], "UPDATE_COMPLETE")
        rules = json.loads(self.aws("ecr", "get-lifecycle-policy", "--repository-name", "turnout")["lifecyclePolicyText"])["rules"]
        self.assertEqual(rules[1]["selection"]["countNumber"], 40)

        more = template("tables.json")
        properties = more["Resources"]["EventsTable"]["Properties"]
        properties["AttributeDefinitions"].append({"AttributeName": "g3pk", "AttributeType": "S"})
        properties["GlobalSecondaryIndexes"].append(
            {"IndexName": "index3", "KeySchema": [{"AttributeName": "g3pk", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
        )
        self.deploy("tables", self.write("more.json", more))
        self.assertEqual(self.tables()["turnout-events"], comparable(properties))
        item = self.aws("dynamodb", "get-item", "--table-name", "turnout-events", "--key", json.dumps(key))["Item"]
        self.assertEqual(item, key)

    def test_4_a_failing_update_is_rolled_back(self):
        before = self.tables()
        # Takes an index away, and then asks for what CloudFormation refuses: another key of a table with a name.
        bad = template("tables.json")
        tickets = bad["Resources"]["TicketsTable"]
        tickets["DependsOn"] = "EventsTable"
        tickets["Properties"]["KeySchema"][1]["AttributeName"] = "g1sk"
        self.assertNotEqual(self.deploy("tables", self.write("bad.json", bad), check=False).returncode, 0)
        self.assertEqual(self.stack("tables")["StackStatus"], "UPDATE_ROLLBACK_COMPLETE")
        self.assertEqual(self.tables(), before)

    def test_5_the_web_app_is_served(self):
        host, bucket = (self.outputs("site")[name] for name in ("DistributionDomainName", "BucketName"))
        # ministack takes its own way from CloudFront to S3 for one without TLS, which the policy forbids.
        policy = json.loads(self.aws("s3api", "get-bucket-policy", "--bucket", bucket)["Policy"])
        self.assertEqual([statement["Sid"] for statement in policy["Statement"]], ["OnlyThisDistribution", "OnlyOverTls"])
        policy["Statement"].pop()
        self.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", json.dumps(policy))
        page = (sources.ROOT / "web/dist/index.html").read_bytes()
        script = next((sources.ROOT / "web/dist/assets").glob("index-*.js"))

        self.assertEqual(self.get(host, "/", "http")[0], 301)
        for path in ("/", "/index.html", "/orders/ord_1", "/desk"):
            status, headers, body = self.get(host, path)
            self.assertEqual((status, headers.get("cache-control"), body), (200, "no-cache", page), path)
            self.assertIn("text/html", headers["content-type"])
        status, headers, body = self.get(host, f"/assets/{script.name}")
        self.assertEqual((status, body), (200, script.read_bytes()))
        self.assertEqual(headers["cache-control"], "public, max-age=31536000, immutable")
        self.assertIn("javascript", headers["content-type"])
        # What is missing is missing, and the API's answers are never replaced by the app.
        self.assertIn(self.get(host, "/assets/gone.js")[0], (403, 404))
        for path in ("/api/events/evt_none", "/events/evt_none"):
            self.assertEqual(self.get(host, path)[0], 502, "goes to the cluster, which is not there")

    def test_6_the_headers_are_those_of_the_server(self):
        _, ours, _ = self.get(self.outputs("site")["DistributionDomainName"], "/")
        url = f"http://127.0.0.1:{free_port()}"
        with tempfile.TemporaryDirectory() as folder:
            with process([TURNOUT, "serve", "--data", "data", "--listen", url.removeprefix("http://")], f"{url}/readyz", folder):
                servers = urllib.request.urlopen(url, timeout=10).headers
        for name in SECURITY_HEADERS:
            self.assertEqual(ours[name], servers[name], name)

    def get(self, host, path, scheme="https"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"host": host, "x-forwarded-proto": scheme})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


if __name__ == "__main__":
    unittest.main()
