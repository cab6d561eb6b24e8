#!/usr/bin/env bash
# Brings an AWS account to what this folder describes, or says how it would. What is there already stays as it is, so it can
# be run again at any time, and after a failure.
#
#   deploy/aws/deploy.sh [--dry-run] [STEP…]       all steps in this order, or the named ones:
#                                                  tables registry cluster addons image manifests site
#
# Settings come from the environment; docs/operating/runbook.md explains them:
#   VERSION             what to deploy: the image's tag                                    image, manifests
#   DOMAIN              the name people use, as in tickets.example.org                     manifests, site
#   ORIGIN_DOMAIN       the load balancer's name, as in origin.tickets.example.org         site
#   ORIGIN_CERTIFICATE  ARN of the certificate of both names, in the cluster's region      manifests
#   CERTIFICATE         ARN of the certificate of DOMAIN, in us-east-1                     site
#   TABLE_PREFIX        what the tables' names begin with [default: turnout-]              cluster, manifests
#   STACK_PREFIX        what the stacks' names begin with [default: turnout]
#   AWS_REGION          [default: eu-central-1]
set -euo pipefail
cd "$(dirname "$0")/../.."

STEPS=(tables registry cluster addons image manifests site)
prefix=${STACK_PREFIX:-turnout}
# The stack of the tables makes turnout-…; others are made by a restore.
table_prefix=${TABLE_PREFIX:-turnout-}
export AWS_REGION=${AWS_REGION:-eu-central-1}
export AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER=
# CloudFront is left without a name of its own only where there is no DNS: in tests.
domain=${DOMAIN:-}
dry=

tables() {
    stack tables tables.json
    # A mistake in a template or in an account's console must not take the tables along.
    run aws cloudformation update-termination-protection --enable-termination-protection --stack-name "$prefix-tables"
}

registry() { stack registry registry.yaml; }

cluster() { stack cluster cluster.yaml "TablePrefix=$table_prefix"; }

addons() { stack addons addons.yaml "PodRoleArn=$(output cluster PodRoleArn)"; }

image() {
    need VERSION
    local repository
    repository=$(output registry RepositoryUri)
    if [[ -z $dry ]] && aws ecr describe-images --repository-name turnout --image-ids "imageTag=$VERSION" >/dev/null 2>&1; then
        echo "The image $VERSION is there already."
        return
    fi
    run docker build --build-arg "VERSION=$VERSION" --build-arg "REVISION=$(git rev-parse HEAD)" --tag "$repository:$VERSION" .
    [[ -n $dry ]] || aws ecr get-login-password | docker login --username AWS --password-stdin "${repository%%/*}"
    run docker push "$repository:$VERSION"
}

manifests() {
    need VERSION DOMAIN ORIGIN_CERTIFICATE
    run aws eks update-kubeconfig --name "$(output cluster ClusterName)"
    # Kustomize takes in folders by relative paths only, so this one is made beside the overlays.
    made=$(mktemp -d deploy/kubernetes/overlays/made.XXXXXX)
    trap 'rm -rf "$made"' EXIT
    cat >"$made/kustomization.yaml" <<END
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: turnout
resources: [../eks]
images:
  - {name: turnout, newName: $(output registry RepositoryUri), newTag: "$VERSION"}
configMapGenerator:
  - name: turnout
    behavior: merge
    literals: [AWS_REGION=$AWS_REGION, "TURNOUT_PUBLIC_URL=https://$domain", TURNOUT_DYNAMODB_PREFIX=$table_prefix]
patches:
  - target: {kind: Ingress}
    patch: |
      - {op: add, path: /metadata/annotations/alb.ingress.kubernetes.io~1certificate-arn, value: $ORIGIN_CERTIFICATE}
END
    if [[ -n $dry ]]; then
        echo "+ kubectl apply --filename -, with:"
        kubectl kustomize "$made"
    else
        kubectl apply --kustomize "$made"
        kubectl --namespace turnout rollout status --timeout 10m statefulset/nats
        kubectl --namespace turnout get deployments --output name |
            xargs --max-args 1 kubectl --namespace turnout rollout status --timeout 10m
    fi
}

site() {
    need ORIGIN_DOMAIN
    stack site site.yaml "OriginDomainName=$ORIGIN_DOMAIN" "DomainName=$domain" "CertificateArn=${CERTIFICATE:-}"
    [[ -e web/dist/index.html ]] || fail "there is no web app in web/dist: 'make build-web' makes it"
    local bucket
    bucket=s3://$(output site BucketName)
    # The new files before the page that names them. The old ones stay: an open page may still ask for them.
    run aws s3 sync web/dist/assets "$bucket/assets" --only-show-errors --cache-control 'public, max-age=31536000, immutable'
    # Copied, not synced: sync goes by size and time, and the page changes in neither when a hash in it does.
    run aws s3 cp web/dist "$bucket" --recursive --only-show-errors --cache-control no-cache \
        --exclude 'assets/*' --exclude '.vite/*'
    run aws cloudfront create-invalidation --distribution-id "$(output site DistributionId)" \
        --paths / /index.html /boot.js /favicon.svg /robots.txt --query Invalidation.Id --output text
}

# stack NAME TEMPLATE KEY=VALUE…
stack() {
    local name=$1 template=$2
    shift 2
    run aws cloudformation deploy --stack-name "$prefix-$name" --template-file "deploy/aws/$template" \
        --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset --tags app=turnout ${1:+--parameter-overrides "$@"}
}

output() {
    if [[ -n $dry ]]; then
        echo "OUTPUT-$2-OF-$prefix-$1"
    else
        aws cloudformation describe-stacks --stack-name "$prefix-$1" \
            --query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text
    fi
}

run() {
    printf '+%s\n' "$(printf ' %q' "$@")"
    [[ -n $dry ]] || "$@"
}

need() {
    local name
    for name in "$@"; do
        [[ -n ${!name:-} ]] || fail "set $name (the head of this script says what it is)"
    done
}

fail() {
    echo "deploy: $*" >&2
    exit 1
}

if [[ ${1:-} == --dry-run ]]; then
    dry=yes
    shift
fi
for step in "${@:-${STEPS[@]}}"; do
    [[ " ${STEPS[*]} " == *" $step "* ]] || fail "no step called '$step'; there are ${STEPS[*]}"
done
for step in "${@:-${STEPS[@]}}"; do
    echo "== $step"
    "$step"
done
