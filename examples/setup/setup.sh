#!/usr/bin/env bash
# Prepares an Azure Database for PostgreSQL flexible server and its roles for the workflows in examples/, or undoes it.
# docs/setup.md has the same steps one by one. Running it again changes nothing that is already right.
set -euo pipefail

readonly ISSUER=https://token.actions.githubusercontent.com
readonly API_VERSION=2025-08-01
readonly RULE=azure-postgres-grants-setup

usage() {
  cat <<'TEXT'
Usage: setup.sh --resource-group GROUP --server NAME --database NAME --repository OWNER/NAME [option…]

  --migrator ROLE         the role that owns the tables and grants (default: migrator)
  --check ROLE            the role of the drift check, which can only connect (default: grants_check)
  --schema NAME           where the tables are (default: public)
  --existing-owner ROLE   a role that owns tables already: --migrator becomes a member of it, or, if it is an administrator,
                          the script says how it gives its tables to --migrator (repeatable)
  --migrator-client-id ID an identity that is there already, to sign in as --migrator: its federated credentials stay …
  --check-client-id ID    … and the same for --check: one identity can check all servers
  --grantee ROLE          the app's role, if Service Connector did not create it …
  --grantee-object-id ID  … and the object ID of the app's identity

  --branch NAME           a branch whose workflows may sign in (repeatable; default: main, for --migrator only if there is
                          no --environment and no --tag, because a trusted branch needs no approval)
  --environment NAME      an environment whose jobs may sign in (repeatable)
  --tag NAME              a tag whose workflows may sign in (repeatable)
  --pull-request          pull requests may sign in, as --check only
  --subject-prefix TEXT   what the subjects of GitHub's tokens begin with (default: gh asks GitHub; without gh, the old form
                          repo:OWNER/NAME is assumed, and the script says how to check)

  --application           make Entra applications, not user-assigned identities
  --my-address ADDRESS    open the firewall for this IPv4 address while the script runs
  --delete                undo: drop the roles, and delete the identities

Needs az (2.73 or newer, signed in: az login) and psql (16 or newer, or PGSSLROOTCERT with the server's CA).
TEXT
}

main() {
  read_arguments "$@"
  check_tools
  look_at_server
  sign_in
  if [[ $delete == yes ]]; then undo; else set_up; fi
}

read_arguments() {
  group='' server='' database='' repository='' migrator=migrator check=grants_check schema=public
  migrator_client_id='' check_client_id='' grantee='' grantee_object_id='' subject_prefix='' address='' application=no pull_request=no delete=no
  owners=() branches=() environments=() tags=()
  while (($# > 0)); do
    case $1 in
      --application) application=yes && shift && continue ;;
      --pull-request) pull_request=yes && shift && continue ;;
      --delete) delete=yes && shift && continue ;;
      --help | -h) usage && exit 0 ;;
    esac
    if (($# < 2)); then fail "$1 needs a value, or is not an option. See setup.sh --help."; fi
    case $1 in
      --resource-group) group=$2 ;;
      --server) server=${2%%.*} ;; # its host name will do
      --database) database=$2 ;;
      --repository) repository=$2 ;;
      --migrator) migrator=$2 ;;
      --check) check=$2 ;;
      --schema) schema=$2 ;;
      --existing-owner) owners+=("$2") ;;
      --migrator-client-id) migrator_client_id=$2 ;;
      --check-client-id) check_client_id=$2 ;;
      --grantee) grantee=$2 ;;
      --grantee-object-id) grantee_object_id=$2 ;;
      --branch) branches+=("$2") ;;
      --environment) environments+=("$2") ;;
      --tag) tags+=("$2") ;;
      --subject-prefix) subject_prefix=$2 ;;
      --my-address) address=$2 ;;
      *) fail "There is no option $1. See setup.sh --help." ;;
    esac
    shift 2
  done
  [[ $group && $server && $database ]] || fail "--resource-group, --server and --database are required. See setup.sh --help."
  [[ $repository =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]] ||
    fail "--repository is OWNER/NAME, such as contoso/orders, not '$repository'."
  [[ ${grantee:+given} == "${grantee_object_id:+given}" ]] || fail "--grantee and --grantee-object-id go together."
}

check_tools() {
  step "Tools"
  local version
  az version --output none || fail "az does not run. Install it: https://aka.ms/azure-cli"
  # Before 2.73, the command is called ad-admin.
  az postgres flexible-server microsoft-entra-admin --help >/dev/null 2>&1 ||
    fail "This az is older than 2.73: it has no command az postgres flexible-server microsoft-entra-admin. Run: az upgrade"
  version=$(psql --version | grep --only-matching --extended-regexp '[0-9]+' | head -n 1) || fail "psql does not run."
  if [[ -z ${PGSSLROOTCERT:-} ]]; then
    ((version >= 16)) || fail "psql is $version and does not know the system's certificates. Use 16 or newer, or set PGSSLROOTCERT."
  fi
  account=$(az account show --query '[user.type, user.name, tenantId]' --output tsv) || fail "You are not signed in. Run: az login"
  good "az and psql are there, and you are signed in."
}

look_at_server() {
  step "The server"
  local shown state entra
  shown=$(az postgres flexible-server show --resource-group "$group" --name "$server" --output tsv \
    --query '[id, fullyQualifiedDomainName, state, authConfig.activeDirectoryAuth]')
  { read -r server_id && read -r host && read -r state && read -r entra; } <<<"$shown"
  [[ $state == Ready ]] || fail "The server is $state. Run: az postgres flexible-server start --resource-group $group --name $server"
  if [[ $entra != Enabled && $delete == no ]]; then
    say "Turning on Microsoft Entra authentication. The server restarts."
    az postgres flexible-server update --resource-group "$group" --name "$server" \
      --microsoft-entra-auth Enabled --yes --output none
  fi
  good "$host is ready, and accepts Microsoft Entra tokens."
}

# Makes the user or application that is signed in to az an administrator of the server, and gets a token.
sign_in() {
  step "The administrator"
  local kind name id type found
  { read -r kind && read -r name && read -r tenant; } <<<"$account"
  token=$(az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv)
  if [[ $kind == user ]]; then
    account=$(az ad signed-in-user show --query '[id, userPrincipalName]' --output tsv)
    { read -r id && read -r name; } <<<"$account"
    type=User
  else
    # Microsoft Graph may be closed to a service principal; its own token says who it is.
    id=$(claim oid "$token")
    type=ServicePrincipal
  fi
  found=$(az postgres flexible-server microsoft-entra-admin list --resource-group "$group" --server-name "$server" \
    --query "[?objectId=='$id'].principalName" --output tsv)
  if [[ -z $found ]]; then
    [[ $delete == no ]] || fail "You are not an Entra administrator of $server: ask one to run this."
    say "Making you, $name, a Microsoft Entra administrator of the server."
    az postgres flexible-server microsoft-entra-admin create --resource-group "$group" --server-name "$server" \
      --object-id "$id" --display-name "$name" --type "$type" --output none
    found=$name
  fi
  administrator=$found
  open_firewall
  # A rule of the firewall, and a new administrator, take effect within minutes.
  local hint=''
  [[ $address ]] || hint=' (if the firewall does not allow your address, --my-address opens it)'
  found=$(wait_for "cannot sign in to $host as $administrator$hint" . \
    sql postgres "database=$database" <<<"SELECT 'yes' FROM pg_database WHERE datname = :'database';")
  good "You can sign in to $host as $administrator."
  [[ $found ]] ||
    fail "$server has no database $database. Correct --database, or create it as $administrator: CREATE DATABASE \"$database\";"
}

# What the subjects of the repository's tokens begin with. Repositories that were created, renamed or moved since 2026-07-15
# send their IDs: https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
find_subject() {
  [[ -z $subject_prefix ]] || return 0
  local ask="gh api repos/$repository/actions/oidc/customization/sub --jq .sub_claim_prefix"
  subject_prefix=$($ask 2>/dev/null) || subject_prefix=''
  if [[ $subject_prefix == repo:* ]]; then
    good "GitHub says that the subjects of $repository begin with $subject_prefix."
  else
    subject_prefix=repo:$repository
    say "ASSUMED: the subjects of GitHub's tokens begin with $subject_prefix, because gh could not ask GitHub. A repository that was"
    say "created, renamed or moved since 2026-07-15 sends its IDs instead. Check it, signed in to gh (gh auth login):"
    say "  $ask"
    say "If that prints something else, run this script again with --subject-prefix and what it prints."
  fi
}

# https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
find_audience() {
  audience=api://AzureADTokenExchange
  case $(az cloud show --query name --output tsv) in
    AzureUSGovernment) audience+=USGov ;;
    AzureChinaCloud) audience+=China ;;
  esac
}

open_firewall() {
  [[ $address ]] || return 0
  trap close_firewall EXIT
  az rest --method put --url "$server_id/firewallRules/$RULE?api-version=$API_VERSION" --output none \
    --body "{\"properties\":{\"startIpAddress\":\"$address\",\"endIpAddress\":\"$address\"}}"
}

close_firewall() {
  az rest --method delete --url "$server_id/firewallRules/$RULE?api-version=$API_VERSION" --output none
}

set_up() {
  local role subject name
  step "The identities"
  find_subject
  find_audience
  for role in "$migrator" "$check"; do
    make_identity "$role"
    for name in $(branches_for "$role"); do trust "$role" "branch-$name" "$subject_prefix:ref:refs/heads/$name"; done
    for name in ${environments[@]+"${environments[@]}"}; do trust "$role" "environment-$name" "$subject_prefix:environment:$name"; done
    for name in ${tags[@]+"${tags[@]}"}; do trust "$role" "tag-$name" "$subject_prefix:ref:refs/tags/$name"; done
  done
  # Anyone who can push a branch can change what its pull request runs.
  if [[ $pull_request == yes ]]; then trust "$check" pull-request "$subject_prefix:pull_request"; fi
  good "The identities are there."

  step "The roles"
  make_role "$migrator" "$(object_id_of "$migrator")"
  make_role "$check" "$(object_id_of "$check")"
  if [[ $grantee ]]; then make_role "$grantee" "$grantee_object_id"; fi
  good "PostgreSQL knows the identities by their object IDs."

  step "The privileges"
  join_owners
  grant

  step "Done"
  say "Set these variables, and run the first workflow with mode: plan (docs/setup.md)."
  set_variable AZURE_TENANT_ID "$tenant"
  # Each environment has a server of its own, and so an identity of its own.
  for name in ${environments[@]+"${environments[@]}"}; do
    set_variable GRANTS_CLIENT_ID "$(client_id_of "$migrator")" --env "$name"
  done
  if [[ ${#environments[@]} == 0 || $(branches_for "$migrator") ]]; then
    set_variable GRANTS_CLIENT_ID "$(client_id_of "$migrator")"
  fi
  set_variable GRANTS_CHECK_CLIENT_ID "$(client_id_of "$check")"
}

set_variable() { say "  gh variable set $1 --repo $repository ${*:3}${3:+ }--body $2"; }

# The check runs on a schedule, which is on the default branch.
branches_for() {
  if ((${#branches[@]} > 0)); then
    printf '%s\n' "${branches[@]}"
  elif [[ $1 == "$check" ]] || ((${#environments[@]} + ${#tags[@]} == 0)); then
    echo main
  fi
}

undo() {
  step "The roles"
  sql "$database" "migrator=$migrator" "check=$check" "schema=$schema" <<'SQL'
SELECT format('REVOKE ALL ON DATABASE %I FROM %I; REVOKE ALL ON SCHEMA %I FROM %I;',
              current_database(), rolname, :'schema', rolname)
FROM pg_roles WHERE rolname IN (:'migrator', :'check') \gexec
SQL
  local role name
  for role in "$migrator" "$check"; do
    if ! sql postgres "role=$role" <<<'DROP ROLE IF EXISTS :"role";'; then
      fail "$role still owns something, or has granted something. In each database named above, take it over as $administrator:
  GRANT \"$role\" TO \"$administrator\"; REASSIGN OWNED BY \"$role\" TO \"$administrator\"; DROP OWNED BY \"$role\";"
    fi
  done
  good "$migrator and $check are gone from PostgreSQL."

  step "The identities"
  for role in "$migrator" "$check"; do delete_identity "$role"; done
  good "The identities that this script made are deleted, with their federated credentials."

  say "Not removed, because others might rely on it: Microsoft Entra authentication, and you as administrator. To remove yourself:"
  say "  az postgres flexible-server microsoft-entra-admin delete --resource-group $group --server-name $server --object-id YOUR_OBJECT_ID"
}

# --- Microsoft Entra

identity_name() { printf '%s-%s' "$server" "$1"; }

# The client ID of an identity that was there before; empty if the script makes one for the role.
existing_of() { if [[ $1 == "$migrator" ]]; then echo "$migrator_client_id"; else echo "$check_client_id"; fi; }

make_identity() {
  [[ -z $(existing_of "$1") ]] || return 0
  local name
  name=$(identity_name "$1")
  if [[ $application == no ]]; then
    az identity create --resource-group "$group" --name "$name" --output none
    return
  fi
  local id
  id=$(client_id_of "$1")
  if [[ -z $id ]]; then id=$(az ad app create --display-name "$name" --query appId --output tsv); fi
  if [[ -z $(object_id_of "$1") ]]; then az ad sp create --id "$id" --output none; fi
}

delete_identity() {
  [[ -z $(existing_of "$1") ]] || return 0
  if [[ $application == no ]]; then
    az identity delete --resource-group "$group" --name "$(identity_name "$1")"
  else
    local id
    id=$(client_id_of "$1")
    if [[ $id ]]; then az ad app delete --id "$id"; fi
  fi
}

client_id_of() {
  local name
  name=$(identity_name "$1")
  if [[ $(existing_of "$1") ]]; then
    existing_of "$1"
  elif [[ $application == no ]]; then
    az identity show --resource-group "$group" --name "$name" --query clientId --output tsv
  else
    az ad app list --filter "displayName eq '$name'" --query '[].appId' --output tsv
  fi
}

# The object ID of the service principal, which is what PostgreSQL is bound to; the application has another.
object_id_of() {
  local name
  name=$(identity_name "$1")
  if [[ $(existing_of "$1") ]]; then
    az ad sp show --id "$(existing_of "$1")" --query id --output tsv
  elif [[ $application == no ]]; then
    az identity show --resource-group "$group" --name "$name" --query principalId --output tsv
  else
    az ad sp list --filter "displayName eq '$name'" --query '[].id' --output tsv
  fi
}

# Lets workflows with this subject sign in as the identity of a role.
trust() {
  local role=$1 name=github-${2//[^A-Za-z0-9_-]/-} subject=$3
  if [[ $(existing_of "$role") ]]; then
    say "NOT CHANGED: the identity $(existing_of "$role"). If it has no federated credential for $subject, add one."
    return
  fi
  if [[ $application == no ]]; then
    az identity federated-credential create --resource-group "$group" --identity-name "$(identity_name "$role")" \
      --name "$name" --issuer "$ISSUER" --subject "$subject" --audiences "$audience" --output none
    return
  fi
  local id
  id=$(client_id_of "$role")
  if [[ -n $(az ad app federated-credential list --id "$id" --query "[?name=='$name'].id" --output tsv) ]]; then return; fi
  az ad app federated-credential create --id "$id" --output none --parameters \
    "{\"name\":\"$name\",\"issuer\":\"$ISSUER\",\"subject\":\"$subject\",\"audiences\":[\"$audience\"]}"
}

# --- PostgreSQL

# Runs SQL from stdin in a database as the administrator. Further arguments are variables: name=value.
# Without the search_path, a function that an app creates in public could run as the administrator.
sql() {
  local database=$1 variable variables=()
  shift
  for variable; do variables+=(--set "$variable"); done
  PGHOST=$host PGDATABASE=$database PGUSER=$administrator PGPASSWORD=$token \
    PGSSLMODE=verify-full PGSSLROOTCERT=${PGSSLROOTCERT:-system} PGCONNECT_TIMEOUT=10 PGOPTIONS='--client-min-messages=error --search-path=pg_catalog' \
    psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 ${variables[@]+"${variables[@]}"}
}

make_role() {
  local bound
  # It takes a while until a new identity is known everywhere in Microsoft Entra. The function names its columns rolname and
  # objectid; its documentation, rolename and objectId.
  bound=$(wait_for "cannot make the role $1" 'validat|tenant' sql postgres "role=$1" "object_id=$2" <<'SQL'
SELECT pgaadauth_create_principal_with_oid(:'role', :'object_id', 'service', false, false)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role');
SELECT max(coalesce(p->>'objectid', p->>'objectId')) FROM (SELECT to_jsonb(l) FROM pgaadauth_list_principals(false) AS l) AS t (p)
WHERE coalesce(p->>'rolname', p->>'rolename') = :'role';
SQL
  )
  bound=${bound##*$'\n'}
  [[ $(lower "$bound") == "$(lower "$2")" ]] || fail "The role $1 is bound to ${bound:-no identity}, not to $2. If that identity is gone, run in postgres:
  SELECT pgaadauth_update_principal_with_oid('$1', '$2', 'service', false, false);"
}

join_owners() {
  local owner reason
  for owner in ${owners[@]+"${owners[@]}"}; do
    # An administrator gives its tables away, so that migrations get no administrator's rights: see docs/who-can-grant.md.
    if [[ $(sql "$database" "owner=$owner" <<<"SELECT pg_has_role(oid, 'azure_pg_admin', 'MEMBER') FROM pg_roles WHERE rolname = :'owner';") != t ]]; then
      if reason=$(sql "$database" "migrator=$migrator" "owner=$owner" 2>&1 <<<'GRANT :"owner" TO :"migrator";'); then continue; fi
      say "$administrator cannot make $migrator a member of $owner: $reason"
    fi
    sql "$database" "migrator=$migrator" "owner=$owner" <<<'GRANT :"migrator" TO :"owner";' ||
      fail "$administrator cannot make $owner a member of $migrator either. The role that created $migrator can."
  done
}

# Also says, from the same session, what is left to do.
grant() {
  local found kind name apps=''
  # A GRANT that grants nothing can end with only a warning. A later grant will fail on tables of other owners.
  found=$(sql "$database" "migrator=$migrator" "check=$check" "schema=$schema" "database=$database" <<'SQL'
GRANT CONNECT ON DATABASE :"database" TO :"migrator", :"check";
GRANT USAGE, CREATE ON SCHEMA :"schema" TO :"migrator";
SELECT 'granted' WHERE has_schema_privilege(:'migrator', :'schema', 'CREATE')
   AND has_database_privilege(:'migrator', current_database(), 'CONNECT')
   AND has_database_privilege(:'check', current_database(), 'CONNECT');
SELECT DISTINCT CASE WHEN pg_has_role(relowner, :'migrator', 'USAGE') THEN 'giver' ELSE 'owner' END, pg_get_userbyid(relowner)
FROM pg_class AS c
WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema') AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND NOT pg_has_role(:'migrator', relowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY 2;
SELECT 'apps', string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles WHERE starts_with(rolname, 'aad_');
SQL
  )
  [[ $found == granted* ]] ||
    fail "$administrator cannot grant that. The owners of the database $database and of its schema $schema can."
  good "$migrator can create tables in $database, schema $schema; $check can connect."
  while IFS='|' read -r kind name; do
    case $kind in
      giver | owner) show_owner "$kind" "$name" ;;
      apps) apps=$name ;;
    esac
  done <<<"$found"
  if [[ $apps ]]; then
    say "Apps that Service Connector connected, for the input grantee: $apps"
  else
    say "LEFT TO DO: No role begins with aad_. Connect the app with Service Connector, or use --grantee and --grantee-object-id."
  fi
}

show_owner() {
  local owner=$2
  say "LEFT TO DO: $owner owns objects in $schema, on which $migrator cannot grant yet."
  if [[ $1 == giver ]]; then
    say "  Run this as $owner, in each database; psql asks for the password. $migrator then owns all that $owner owned,"
    say "  databases included:"
    say "  PGPASSWORD='' psql \"host=$host dbname=$database user=$owner sslmode=verify-full sslrootcert=system\" --command 'REASSIGN OWNED BY \"$owner\" TO \"$migrator\";'"
  else
    say "  Run this script again, with this option: --existing-owner $owner"
  fi
}

# --- Small tools

# Runs a command until it succeeds, for five minutes, as long as its error matches a pattern. Its input is read once.
wait_for() {
  local what=$1 passing=$2 input errors attempt
  shift 2
  input=$(cat)
  errors=$(mktemp)
  for attempt in {1..30}; do
    if "$@" <<<"$input" 2>"$errors"; then rm "$errors" && return; fi
    grep --quiet --ignore-case --extended-regexp "$passing" "$errors" || break
    if ((attempt == 1)); then say "Not yet: $what. Trying again for five minutes: $(cat "$errors")" >&2; fi
    sleep "${SETUP_WAIT:-10}"
  done
  fail "$what: $(cat "$errors" && rm "$errors")"
}

# A claim of a JSON Web Token. Its signature is the server's to check.
claim() {
  local payload
  payload=$(cut -d. -f2 <<<"$2" | tr '_-' '/+')
  while ((${#payload} % 4 != 0)); do payload+='='; done
  base64 --decode <<<"$payload" | sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p"
}

lower() { tr '[:upper:]' '[:lower:]' <<<"$1"; }
step() { printf '\n== %s\n' "$1"; }
say() { printf '%s\n' "$1"; }
good() { printf 'OK: %s\n' "$1"; }
fail() {
  printf 'setup.sh: %s\n' "$1" >&2
  exit 1
}

main "$@"
