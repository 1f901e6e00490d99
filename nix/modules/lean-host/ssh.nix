# The only way in: keys, from /etc alone.
{ lib, ... }:
{
  services.openssh = {
    enable = true;
    # The installation brings it, so that secrets are encrypted for it and runners know it before there is a server.
    # Named where it lies: the directories of /etc are bound later than secrets are decrypted.
    hostKeys = [
      {
        path = "/persistent/etc/ssh/ssh_host_ed25519_key";
        type = "ed25519";
      }
    ];
    # Whoever can write to a home directory must not be able to let others in.
    authorizedKeysInHomedir = false;
    settings = {
      PermitRootLogin = lib.mkDefault "prohibit-password";
      # Whatever else some module turns on.
      AuthenticationMethods = "publickey";
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
      X11Forwarding = false;
      # Who is gone without a word is gone after a minute.
      ClientAliveInterval = 15;
      ClientAliveCountMax = 3;
    };
  };
}
