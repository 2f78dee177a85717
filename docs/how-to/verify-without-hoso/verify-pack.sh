#!/usr/bin/env bash
# Check every entry of an evidence pack without Hoso: unzip, OpenSSL 3, pdfsig (poppler-utils), bash 4 and GNU coreutils.
#
#   verify-pack.sh PACK ROOTS.pem LOG.vkey [WITNESS.vkey …]
#
# One line for each entry says what vouches for it; the first fault ends it with INVALID and exit code 1. What it does not
# check is told in docs/how-to/verify-without-hoso.md.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
shopt -s lastpipe nullglob

declare -A digest      # entry → SHA-256 of its bytes
declare -A vouched     # "what SHA-256" → the leaf whose evidence names it
declare -A found       # the same keys, where an entry is it
declare -A accounted   # entry → what vouches for it
declare -A act_time    # SHA-256 of a signature → when it was accepted (seconds)
declare -A proposed_time  # the same, where it was only proposed
declare -A finished    # SHA-256 of a PDF → its role, where it was made here and not handed in
declare -A stamp_of    # SHA-256 of a signature → that of its stamp
declare -A stamp_told  # SHA-256 of a signature → the time that its leaf says the stamp proves
declare -A hashed      # "left right" → their node in the tree, all in base64
checkpoint='' root='' size=0

die() { printf 'INVALID: %s\n' "$1" >&2; exit 1; }
account() { accounted[$1]=$2; }
seconds() { date -d "$1" +%s; }
slurp() { IFS= read -r -d '' slurped <"$1" || true; }

# 32, 68 and 76 bytes in base64 that has one spelling (RFC 4648 §3.5).
readonly HASH='[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]='
readonly SIGNATURE='[A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]='
readonly COSIGNATURE='[A-Za-z0-9+/]{101}[AQgw]=='
readonly TEXT='([^"\\]|\\.)*' HEX='[0-9a-f]{64}' TIME='[0-9TZ:-]{20}'
# A leaf in canonical JSON. Groups: act, -, actor, evidence, index, subject, -, time.
LEAF='\{"act":"([a-z]+(-[a-z]+)*)","actor":"'$TEXT'","evidence":"('$HEX')","format":"hoso-leaf/1",'
LEAF+='"index":(0|[1-9][0-9]*),"subject":"('$TEXT')","time":"('$TIME')"\}'
readonly LEAF

main() {
  [ $# -ge 3 ] || { sed -n '4s/^# *//p' "$0" >&2; exit 2; }
  local tool
  for tool in unzip openssl pdfsig sha256sum; do
    command -v "$tool" >/dev/null || { printf 'verify-pack.sh needs %s\n' "$tool" >&2; exit 2; }
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  local pack roots log
  pack=$(realpath "$1") roots=$(realpath "$2") log=$(realpath "$3")
  shift 3
  local witnesses=() witness
  for witness; do witnesses+=("$(realpath "$witness")"); done
  unpack "$pack"
  cd "$work/pack"
  check_checkpoint "$log" ${witnesses[@]+"${witnesses[@]}"}
  local leaf manifest signature pdf
  for leaf in trail/*.leaf; do open_leaf "${leaf%.leaf}"; done
  for manifest in META-INF/ASiCManifest-*.xml; do check_manifest "$manifest"; done
  check_named
  for leaf in trail/*.leaf; do prove_leaf "${leaf%.leaf}"; done
  gather_trust "$roots"
  for signature in META-INF/signature-*.p7s; do check_signature "$signature"; done
  for pdf in documents/*.pdf; do check_pdf "$pdf"; done
  conclude
}

# --- the zip file -----------------------------------------------------------------------------------------------------

unpack() {
  unzip -tqq "$1" >"$work/unzip" 2>&1 || die "$1: no whole zip file: $(head -n 1 "$work/unzip")"
  unzip -Z1 "$1" | sort >"$work/listed"
  [ -z "$(uniq -d "$work/listed")" ] || die "$(uniq -d "$work/listed" | head -n 1): is in the pack twice"
  mkdir "$work/pack"
  unzip -qq "$1" -d "$work/pack" >"$work/unzip" 2>&1 || die "$1: $(head -n 1 "$work/unzip")"
  (cd "$work/pack" && find . -type f -printf '%P\n' | sort) >"$work/files"
  cmp -s "$work/listed" "$work/files" || die "$1: unpacks to other files than it lists"
  [ -z "$(grep '[\\[:cntrl:]]' "$work/files" || true)" ] || die "$1: has names that cannot be read aloud"
  [ -z "$(grep -rlP '\x00' "$work/pack/trail" || true)" ] || die "$(grep -rlP '\x00' "$work/pack/trail" | head -n 1): is no text"
  local line
  (cd "$work/pack" && find . -type f -printf '%P\0' | xargs -0 sha256sum) | while IFS= read -r line; do
    digest[${line:66}]=${line:0:64}
  done
  [ "$(cat "$work/pack/mimetype" 2>/dev/null)" = application/vnd.etsi.asic-e+zip ] || die "mimetype: is not that of ASiC-E"
  [ "$(stat -c %s "$work/pack/mimetype")" = 31 ] || die "mimetype: is not that of ASiC-E"
  account mimetype 'the one that ASiC-E has'
  [ ! -e "$work/pack/README.txt" ] || account README.txt 'not evidence: nothing vouches for it'
}

# --- the log ----------------------------------------------------------------------------------------------------------

# The public key of a verifier key (C2SP signed-note) as PEM in $work/NAME.pub; prints "name keyid".
read_vkey() {
  local line name id
  line=$(cat "$1") name=${line%%+*} line=${line#*+} id=${line%%+*}
  printf '%s' "${line#*+}" | base64 -d >"$work/key" 2>/dev/null || die "$1: is no verifier key"
  [ "$(stat -c %s "$work/key")" = 33 ] || die "$1: is no Ed25519 key"
  [ "$({ printf '%s\n' "$name"; cat "$work/key"; } | sha256sum | cut -c1-8)" = "$id" ] || die "$1: does not fit its key ID"
  { printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; tail -c 32 "$work/key"; } >"$work/key.der"
  openssl pkey -pubin -inform DER -in "$work/key.der" -out "$2" 2>/dev/null || die "$1: is no Ed25519 key"
  printf '%s %s\n' "$name" "$id"
}

ed25519() { openssl pkeyutl -verify -pubin -inkey "$1" -rawin -in "$2" -sigfile "$3" >/dev/null 2>&1; }

# The checkpoint is the same in each proof; the log's key signed it, and witnesses, where there are any, cosigned it.
check_checkpoint() {
  local proofs=(trail/*.tlog-proof) lines origin encoded who
  [ ${#proofs[@]} -gt 0 ] || die 'trail/: the pack has no leaves'
  slurp "${proofs[0]}"
  checkpoint=${slurped#*$'\n\n'}
  mapfile -t lines <<<"${checkpoint%$'\n'}"
  origin=${lines[0]} size=${lines[1]} root=${lines[2]}
  [[ $size =~ ^[1-9][0-9]{0,17}$ && $root =~ ^$HASH$ && ${lines[3]} = '' && ${#lines[@]} -ge 5 && $checkpoint = *[^$'\n']$'\n' ]] ||
    die "${proofs[0]}: its checkpoint is not origin, size, root, empty line, signature"
  printf '%s\n' "${lines[@]:0:3}" >"$work/text"
  who=$(read_vkey "$1" "$work/log.pub")
  [[ ${lines[4]} =~ ^—\ "${who% *}"\ ($SIGNATURE)$ && ${who% *} = "$origin" ]] || die "the checkpoint is not signed by ${who% *}"
  encoded=${BASH_REMATCH[1]}
  [ "$(base64 -d <<<"$encoded" | head -c 4 | od -An -tx1 | tr -d ' ')" = "${who#* }" ] || die "the checkpoint is not signed by $1"
  base64 -d <<<"$encoded" | tail -c 64 >"$work/signature"
  ed25519 "$work/log.pub" "$work/text" "$work/signature" || die "the checkpoint's signature does not fit $1"
  printf 'checkpoint: %s leaves, signed by %s\n' "$size" "$origin"
  local line
  for line in "${lines[@]:5}"; do check_cosignature "$line" "${@:2}"; done
}

# c2sp.org/tlog-cosignature: the witness signs "cosignature/v1", its time and the checkpoint's text.
check_cosignature() {
  local key who time
  for key in "${@:2}"; do
    who=$(read_vkey "$key" "$work/witness.pub")
    [[ $1 =~ ^—\ "${who% *}"\ ($COSIGNATURE)$ ]] || continue
    base64 -d <<<"${BASH_REMATCH[1]}" >"$work/blob"
    [ "$(head -c 4 "$work/blob" | od -An -tx1 | tr -d ' ')" = "${who#* }" ] || continue
    time=$((16#$(head -c 12 "$work/blob" | tail -c 8 | od -An -tx1 | tr -d ' ')))
    { printf 'cosignature/v1\ntime %d\n' "$time"; cat "$work/text"; } >"$work/cosigned"
    tail -c 64 "$work/blob" >"$work/signature"
    ed25519 "$work/witness.pub" "$work/cosigned" "$work/signature" || die "the cosignature of ${who% *} does not fit the checkpoint"
    printf 'checkpoint: cosigned by %s, %s\n' "${who% *}" "$(date -d "@$time" +%FT%TZ)"
    return
  done
  die "the checkpoint has a line that no key given here signed: ${1:0:60}; give the witness's verifier key, too"
}

sha256_base64() { openssl dgst -sha256 -binary | base64; }

node() {
  if [ -z "${hashed["$1 $2"]:-}" ]; then
    hashed["$1 $2"]=$({ printf '\x01'; base64 -d <<<"$1"; base64 -d <<<"$2"; } | sha256_base64)
  fi
  result=${hashed["$1 $2"]}
}

# RFC 9162 §2.1.3.2: from a leaf's hash up to the checkpoint's root.
climb() {
  local first=$1 last=$((size - 1)) hash
  result=$2
  for hash in "${@:3}"; do
    [ "$last" -gt 0 ] || return 1
    if ((first & 1)) || ((first == last)); then
      node "$hash" "$result"
      until ((first & 1)) || ((first == 0)); do ((first >>= 1, last >>= 1)) || true; done
    else
      node "$result" "$hash"
    fi
    ((first >>= 1, last >>= 1)) || true
  done
  [ "$last" = 0 ] && [ "$result" = "$root" ]
}

# A leaf is of its place, and its salted hash opens to the evidence, which names all else.
open_leaf() {
  local leaf evidence escaped opened index act time wanted subject
  slurp "$1.leaf" && leaf=$slurped
  [[ $leaf =~ ^$LEAF$ ]] || die "$1.leaf: is no leaf"
  act=${BASH_REMATCH[1]} wanted=${BASH_REMATCH[4]} index=${BASH_REMATCH[5]} subject=${BASH_REMATCH[6]} time=${BASH_REMATCH[8]}
  [ "$1" = "trail/$(printf %08d "$index")" ] || die "$1.leaf: is leaf $index"
  [ "$index" -lt "$size" ] || die "$1.leaf: is not under the checkpoint of $size leaves"

  slurp "$1.salt"
  [[ $slurped =~ ^$HEX$ ]] || die "$1.salt: is no salt of 32 bytes"
  escaped=$(sed 's/../\\x&/g' <<<"$slurped")
  slurp "$1.evidence" && evidence=$slurped
  opened=$({ printf '%b' "$escaped"; cat "$1.evidence"; } | sha256sum)
  [ "${opened:0:64}" = "$wanted" ] || die "$1.evidence, its salt or its leaf: the leaf is not over these"
  account "$1.salt" "the leaf's hash, with the evidence"
  account "$1.evidence" "the leaf's hash, with the salt"

  [[ $evidence = "{\"act\":\"$act\",\"details\":{"* ]] || die "$1.evidence: is of another act than its leaf"
  read_objects "$1" "$act" "$index" "$time" "${evidence##*\"objects\":}"
  if [ "$act" = signature-stamped ]; then
    [[ $evidence =~ \"details\":\{\"record\":\"$HEX\",\"time\":\"($TIME)\"\} ]] || die "$1.evidence: tells no time"
    stamp_told[$subject]=${BASH_REMATCH[1]}
    [ -z "${stamp_of[$subject]:-}" ] || die "$1.evidence: stamps what is stamped already"
    stamp_of[$subject]=$last_stamp
  fi
}

# A leaf stands under the checkpoint's root.
prove_leaf() {
  local note lines line hashes=() index=${1#trail/}
  index=$((10#$index))
  slurp "$1.tlog-proof"
  note=${slurped#*$'\n\n'}
  [ "$note" = "$checkpoint" ] || die "$1.tlog-proof: names another checkpoint"
  mapfile -t lines <<<"${slurped%%$'\n\n'*}"
  [ "${lines[0]}" = c2sp.org/tlog-proof@v1 ] && [ "${lines[1]:-}" = "index $index" ] || die "$1.tlog-proof: is no proof of leaf $index"
  for line in "${lines[@]:2}"; do
    [[ $line =~ ^$HASH$ ]] || die "$1.tlog-proof: a line is no hash"
    hashes+=("$line")
  done
  climb "$index" "$({ printf '\x00'; cat "$1.leaf"; } | sha256_base64)" ${hashes[@]+"${hashes[@]}"} ||
    die "$1.tlog-proof: does not lead from $1.leaf to the checkpoint's root"
  account "$1.leaf" "under the checkpoint's root"
  account "$1.tlog-proof" "leads from the leaf to the checkpoint's root"
}

# The objects of an evidence, its last member in canonical JSON: role → SHA-256, or a list of them, with names or not.
read_objects() {
  local rest=$5 role item label
  last_stamp=
  [[ $rest = \{*\}\} ]] || die "$1.evidence: its objects cannot be read"
  rest=${rest#\{} rest=${rest%\}\}}
  while [ -n "$rest" ]; do
    [[ $rest =~ ^,?\"([a-z]+(-[a-z]+){0,4})\":(.*)$ ]] || die "$1.evidence: its objects cannot be read"
    role=${BASH_REMATCH[1]} rest=${BASH_REMATCH[3]}
    if [[ $rest =~ ^\"($HEX)\"(.*)$ ]]; then
      rest=${BASH_REMATCH[2]}
      vouch "$1" "$2" "$3" "$4" "$role" "${BASH_REMATCH[1]}" '' ''
      continue
    fi
    [[ $rest = \[* ]] || die "$1.evidence: its objects cannot be read"
    rest=${rest#\[}
    while [[ $rest != \]* ]]; do
      if [[ $rest =~ ^,?\"($HEX)\"(.*)$ ]]; then
        item=${BASH_REMATCH[1]} label='' rest=${BASH_REMATCH[2]}
      elif [[ $rest =~ ^,?\{\"(name|path)\":\"($TEXT)\",\"sha256\":\"($HEX)\"\}(.*)$ ]]; then
        item=${BASH_REMATCH[4]} label=${BASH_REMATCH[2]} rest=${BASH_REMATCH[5]}
      else
        die "$1.evidence: its objects cannot be read"
      fi
      vouch "$1" "$2" "$3" "$4" "$role" "$item" "$label" "-${item:0:16}"
    done
    rest=${rest#\]}
  done
}

# Keep that a leaf names an object, under what its entry must be called for it. The eighth word: its ending in refused/.
vouch() {
  local role=${5#approval-} key
  if [[ $2 = *-refused ]]; then
    key="refused/$(printf %08d "$3")/$5$8"
  else
    case $role in
      certificate | bound | chain) key=certificate ;;
      document | pdf) key=document ;;
      bundle) key="bundle $7" ;;
      record | manifest | signature | crl | ocsp | stamp | procedure | changes | proposal) key=$role ;;
      *) key=$5 ;;
    esac
    # What was only proposed is accepted later, by a leaf of its own.
    if [ "$role" = signature ]; then
      if [[ $2 = *-proposed ]]; then proposed_time[$6]=$(seconds "$4"); else act_time[$6]=${act_time[$6]:-$(seconds "$4")}; fi
    fi
    if [ "$role" = stamp ]; then last_stamp=$6; fi
    if [[ $role = pdf || $2 = number-filled ]]; then finished[$6]=${finished[$6]:-$role}; fi
  fi
  vouched["$key $6"]=$1.evidence
}

# --- signatures and stamps ----------------------------------------------------------------------------------------------

gather_trust() {
  cp "$1" "$work/trust.pem"
  : >"$work/chain.pem"
  local file
  for file in crls/*.crl; do
    openssl crl -inform DER -in "$file" >>"$work/trust.pem" 2>/dev/null || die "$file: is no revocation list"
  done
  for file in certificates/*.cer; do
    openssl x509 -inform DER -in "$file" >>"$work/chain.pem" 2>/dev/null || die "$file: is no certificate"
  done
}

# The one form in which Hoso writes a manifest; each file in it has the digest that it names.
check_manifest() {
  local stem=${1#META-INF/ASiCManifest-} lines i uri value
  stem=${stem%.xml}
  mapfile -t lines <"$1"
  [ "${lines[0]}" = '<?xml version="1.0" encoding="UTF-8"?>' ] &&
    [ "${lines[1]}" = '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">' ] &&
    [ "${lines[2]}" = "<asic:SigReference URI=\"META-INF/signature-$stem.p7s\" MimeType=\"application/pkcs7-signature\"/>" ] &&
    [ "${lines[-1]}" = '</asic:ASiCManifest>' ] || die "$1: is no manifest of META-INF/signature-$stem.p7s"
  for ((i = 3; i < ${#lines[@]} - 1; i += 3)); do
    [[ ${lines[i]} =~ ^\<asic:DataObjectReference\ URI=\"([A-Za-z0-9._/-]+)\"\ MimeType=\"[^\"]*\"\>$ ]] || die "$1: cannot be read"
    uri=${BASH_REMATCH[1]}
    [ "$i" != 3 ] || [ "$uri" = "records/$stem.json" ] || die "$1: does not begin with records/$stem.json"
    [[ ${lines[i + 1]} =~ ^\<ds:DigestMethod\ Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/\>\<ds:DigestValue\>($HASH)\</ds:DigestValue\>$ ]] ||
      die "$1: cannot be read"
    value=${BASH_REMATCH[1]}
    [ "${lines[i + 2]}" = '</asic:DataObjectReference>' ] || die "$1: cannot be read"
    [ -e "$uri" ] || die "$uri: is missing; $1 names it"
    [ "$(sha256_base64 <"$uri")" = "$value" ] || die "$uri: is not what $1 names"
    # A document that was signed and that no leaf names by itself is vouched for by the manifest.
    case $uri in documents/*) vouched["document ${digest[$uri]}"]=${vouched["document ${digest[$uri]}"]:-$1} ;; esac
  done
}

# The value of a signature stands at the end of its file; that is what is stamped.
signature_value() {
  local last start length
  last=$(openssl asn1parse -inform DER -in "$1" 2>/dev/null | tail -n 1)
  [[ $last =~ ^\ *([0-9]+):d=[0-9]+\ +hl=([0-9]+)\ +l=\ *([0-9]+)\ prim:\ OCTET\ STRING ]] || die "$1: is no signature in its B-B form"
  start=$((BASH_REMATCH[1] + BASH_REMATCH[2])) length=${BASH_REMATCH[3]}
  [ $((start + length)) = "$(stat -c %s "$1")" ] || die "$1: is no signature in its B-B form"
  tail -c "$length" "$1" >"$work/value"
}

# By when, at the latest, a time stamp says that its content existed: its time and accuracy, rounded up (seconds).
stamp_time() {
  local text time fraction seconds millis micros
  text=$(openssl ts -reply -token_in -in "$1" -text 2>/dev/null) || die "$1: is no time stamp"
  [[ $text =~ Time\ stamp:\ ([A-Z][a-z]{2}\ +[0-9]+\ [0-9:]{8})(\.([0-9]+))?\ ([0-9]{4})\ GMT ]] || die "$1: tells no time"
  time=$(seconds "${BASH_REMATCH[1]} ${BASH_REMATCH[4]} UTC")
  fraction=$(printf '%s000000' "${BASH_REMATCH[3]}" | cut -c1-6)
  [[ $text =~ Accuracy:\ (unspecified|(0x[0-9A-Fa-f]+|unspecified)\ seconds,\ (0x[0-9A-Fa-f]+|unspecified)\ millis,\ (0x[0-9A-Fa-f]+|unspecified)\ micros) ]] ||
    die "$1: its accuracy cannot be read"
  seconds=${BASH_REMATCH[2]//unspecified/0} millis=${BASH_REMATCH[3]//unspecified/0} micros=${BASH_REMATCH[4]//unspecified/0}
  local all=$(((time + ${seconds:-0}) * 1000000 + 10#$fraction + ${millis:-0} * 1000 + ${micros:-0}))
  result=$(((all + 999999) / 1000000))
}

check_signature() {
  local stem=${1#META-INF/signature-} hash=${digest[$1]} at stamp entry said
  stem=${stem%.p7s}
  at=${act_time[$hash]:-${proposed_time[$hash]}}
  stamp=${stamp_of[$hash]:-}
  if [ -n "$stamp" ]; then
    entry=stamps/${stamp:0:16}.tst
    stamp_time "$entry"
    [ "$result" -le "$at" ] || at=$result
    [ "$(seconds "${stamp_told[$hash]}")" = "$at" ] || die "$entry: proves another time than its leaf tells"
    signature_value "$1"
    said=$(openssl ts -verify -data "$work/value" -token_in -in "$entry" -CAfile "$work/trust.pem" \
      -untrusted "$work/chain.pem" -crl_check_all -attime "$at" 2>&1) && [[ $said = *'Verification: OK'* ]] ||
      die "$entry: is no stamp over META-INF/signature-$stem.p7s: ${said##*$'\n'}"
    account "$entry" "stamps $1 at $(date -d "@$at" +%FT%TZ)"
  fi
  said=$(openssl cms -verify -cades -binary -inform DER -in "$1" -content "META-INF/ASiCManifest-$stem.xml" \
    -CAfile "$work/trust.pem" -certfile "$work/chain.pem" -purpose any -crl_check_all -attime "$at" -out /dev/null 2>&1) ||
    die "$1: does not sign META-INF/ASiCManifest-$stem.xml: ${said##*$'\n'}"
  account "$1" "signs its manifest, judged at $(date -d "@$at" +%FT%TZ)"
}

# pdfsig finds the signatures of a PDF, OpenSSL judges each: its CMS over the bytes that it covers. What somebody handed
# in may be signed by whomever, or broken: its bytes are all that is vouched for.
check_pdf() {
  [ -n "${finished[${digest[$1]}]:-}" ] || return 0
  local told part field begin end total number=0 at said
  told=$(pdfsig -nocert "$1" 2>/dev/null) || [[ $told = *'does not contain any signatures'* ]] || die "$1: pdfsig cannot read it"
  # What signed or extended a PDF stands at its end; after it only number and date are filled.
  [[ ${finished[${digest[$1]}]} != pdf || $told = *'- Total document signed'* ]] || die "$1: no signature covers all of it"
  while [[ $told = *$'\nSignature #'* ]]; do
    told=${told#*$'\nSignature #'}
    part=${told%%$'\nSignature #'*}
    [[ $part =~ Field\ Name:\ ([^$'\n']+) ]] && field=${BASH_REMATCH[1]}
    [[ $part != *'The signature form field is not signed.'* ]] || continue
    [[ $part =~ Signed\ Ranges:\ \[0\ -\ ([0-9]+)\],\ \[([0-9]+)\ -\ ([0-9]+)\] ]] || die "$1: $field signs no two ranges"
    begin=${BASH_REMATCH[1]} end=${BASH_REMATCH[2]} total=${BASH_REMATCH[3]}
    { head -c "$begin" "$1"; head -c "$total" "$1" | tail -c "+$((end + 1))"; } >"$work/covered"
    # Between the ranges stands <hex>, the CMS and zeros to fill its place.
    printf '%b' "$(head -c $((end - 1)) "$1" | tail -c "+$((begin + 2))" | sed 's/../\\x&/g')" >"$work/cms"
    if [[ $field = stamp-* ]]; then
      stamp_time "$work/cms"
      said=$(openssl ts -verify -data "$work/covered" -token_in -in "$work/cms" -CAfile "$work/trust.pem" \
        -untrusted "$work/chain.pem" -crl_check_all -attime "$result" 2>&1) || die "$1: $field is no stamp over it: ${said##*$'\n'}"
    else
      [[ $part = *'Signature Validation: Signature is Valid.'* ]] || die "$1: pdfsig finds $field not valid"
      [[ $part =~ Signing\ Time:\ ([^$'\n']+) ]] && at=$(seconds "${BASH_REMATCH[1]} UTC")
      said=$(openssl cms -verify -cades -binary -inform DER -in "$work/cms" -content "$work/covered" \
        -CAfile "$work/trust.pem" -certfile "$work/chain.pem" -purpose any -crl_check_all -attime "$at" -out /dev/null 2>&1) ||
        die "$1: the signature in $field does not hold: ${said##*$'\n'}"
    fi
    number=$((number + 1))
  done
  [ "$number" = 0 ] || account "$1" "${accounted[$1]}; signatures and stamps in it: $number"
}

# --- every entry is named by a leaf, and every name has its entry ---------------------------------------------------------

check_named() {
  local name hash key
  for name in "${!digest[@]}"; do
    hash=${digest[$name]}
    case $name in
      mimetype | README.txt | trail/*.leaf | trail/*.salt | trail/*.evidence | trail/*.tlog-proof) continue ;;
      records/*.json) key=record ;;
      META-INF/ASiCManifest-*.xml) key=manifest ;;
      META-INF/signature-*.p7s) key=signature ;;
      "certificates/${hash:0:16}.cer") key=certificate ;;
      "crls/${hash:0:16}.crl") key=crl ;;
      "ocsps/${hash:0:16}.ors") key=ocsp ;;
      "stamps/${hash:0:16}.tst") key=stamp ;;
      "procedure/${hash:0:16}.json") key=procedure ;;
      "organisation/${hash:0:16}.jsonl") key=changes ;;
      "proposals/${hash:0:16}.json") key=proposal ;;
      "log/${hash:0:16}.note") key=succession ;;
      "documents/${hash:0:16}"-*) key=document ;;
      bundle/*/*) key="bundle ${name#bundle/*/}" ;;
      refused/*) key=$name ;;
      objects/*-"${hash:0:16}") key=${name#objects/} key=${key%-*} ;;
      *) die "$name: nothing vouches for an entry of this name" ;;
    esac
    [ -n "${vouched["$key $hash"]:-}" ] || die "$name: no leaf's evidence names it; it was changed or added"
    found["$key $hash"]=1
    account "$name" "named in ${vouched["$key $hash"]}"
  done
  for key in "${!vouched[@]}"; do
    [ -n "${found[$key]:-}" ] || die "${vouched[$key]} names $key: it is missing from the pack, or was changed"
  done
}

conclude() {
  local name
  while IFS= read -r name; do
    [ -n "${accounted[$name]:-}" ] || die "$name: nothing vouches for it"
    printf '%s: %s\n' "$name" "${accounted[$name]}"
    case $name in stamps/*) [[ ${accounted[$name]} = stamps* ]] || die "$name: is over no signature of the pack" ;; esac
  done <"$work/files"
  printf 'VALID: all %d entries are accounted for\n' "${#digest[@]}"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then main "$@"; fi
