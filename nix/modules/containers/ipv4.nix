# IPv4 networks in CIDR notation, as the numbers of their first and last address.
lib:
let
  pattern =
    let
      # No leading zeros: some programs read them as octal.
      number = "(0|[1-9][0-9]{0,2})";
    in
    "${number}[.]${number}[.]${number}[.]${number}/(0|[1-9][0-9]?)";
  powerOfTwo = exponent: if exponent == 0 then 1 else 2 * powerOfTwo (exponent - 1);
in
rec {
  /**
    The network of `10.0.0.0/24`, or of an address in it as in `10.0.0.7/24`; null for anything else.
  */
  parse =
    text:
    let
      numbers = map lib.toIntBase10 (builtins.match pattern text);
      octets = lib.take 4 numbers;
      length = lib.last numbers;
      address = lib.foldl' (sum: octet: sum * 256 + octet) 0 octets;
      size = powerOfTwo (32 - length);
      first = address - lib.mod address size;
    in
    if builtins.match pattern text == null || lib.any (octet: octet > 255) octets || length > 32 then
      null
    else
      {
        inherit length first;
        last = first + size - 1;
        hasHostBits = address != first;
        text = "${show first}/${toString length}";
      };

  /**
    The number of an address, as people write it.
  */
  show =
    number:
    lib.concatMapStringsSep "." (place: toString (lib.mod (number / place) 256)) [
      16777216
      65536
      256
      1
    ];

  overlap = one: other: one.first <= other.last && other.first <= one.last;

  contains = outer: inner: outer.first <= inner.first && inner.last <= outer.last;
}
