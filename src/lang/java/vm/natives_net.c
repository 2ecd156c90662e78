/* SPDX-License-Identifier: Apache-2.0 */
/* natives_net.c - java.net and the sockets of sun.nio.ch: classes of the library that know of
 * sockets can be used, but there is no network. What would make a socket says so. */
#include "base/text.h"
#include "lang/java/vm/files.h"

#define NO_NETWORK "a program in an image has no network yet: sockets come with a later Phantom"

static enum ph_outcome no_socket(struct ph_call *call)
{
    return ph_java_throw(call, "java/net/SocketException", NO_NETWORK);
}

static enum ph_outcome no_selector(struct ph_call *call)
{
    return ph_java_throw(call, PH_IO_EXCEPTION, NO_NETWORK);
}

static enum ph_outcome unknown_host(struct ph_call *call)
{
    struct ph_java_path host;
    char text[PH_PATH_BYTES_MAX + 64];
    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    (void)ph_java_path_of(call, ph_java_argument(call, 1), &host);
    (void)ph_text_printf(text, sizeof(text), "%s: " NO_NETWORK, host.bytes);
    return ph_java_throw(call, "java/net/UnknownHostException", text);
}

static enum ph_outcome unknown_address(struct ph_call *call)
{
    return ph_java_throw(call, "java/net/UnknownHostException", NO_NETWORK);
}

static enum ph_outcome local_name(struct ph_call *call)
{
    ph_ref name = ph_java_string_of(call, "localhost");
    return name == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, name);
}

/* InheritedChannel.soType0: standard input is no socket. */
static enum ph_outcome minus_one(struct ph_call *call) { return ph_java_return_int(call, -1); }

/* false, 0, null */
static enum ph_outcome none(struct ph_call *call) { return ph_java_return(call, 0); }

/* What Linux has in its headers, as the library's classes ask for it. */
#define CONSTANT(number)                                        \
    static enum ph_outcome constant_##number(struct ph_call *call) \
    {                                                           \
        return ph_java_return(call, number);                    \
    }
CONSTANT(1)
CONSTANT(2)
CONSTANT(4)
CONSTANT(8)
CONSTANT(10)
CONSTANT(12)
CONSTANT(16)
CONSTANT(24)
CONSTANT(28)
CONSTANT(32)

#define NET "sun/nio/ch/Net."
#define D "Ljava/io/FileDescriptor;"
#define INET "Ljava/net/InetAddress;"
#define ADDRESS "sun/nio/ch/NativeSocketAddress."
#define INHERITED "sun/nio/ch/InheritedChannel."
#define INTERFACE "java/net/NetworkInterface."

static const struct ph_native_info natives[] = {
    {"java", "java/net/InetAddress.init()V", ":", ph_java_nothing},
    {"java", "java/net/Inet4Address.init()V", ":", ph_java_nothing},
    {"java", "java/net/Inet6Address.init()V", ":", ph_java_nothing},
    {"java", "java/net/DatagramPacket.init()V", ":", ph_java_nothing},
    {"java", "java/net/InetAddressImplFactory.isIPv6Supported()Z", ":i", none},
    {"java", "java/net/Inet4AddressImpl.getLocalHostName()Ljava/lang/String;", "r:r", local_name},
    {"java", "java/net/Inet6AddressImpl.getLocalHostName()Ljava/lang/String;", "r:r", local_name},
    {"java", "java/net/Inet4AddressImpl.lookupAllHostAddr(Ljava/lang/String;)[" INET, "rr:r",
     unknown_host},
    {"java", "java/net/Inet6AddressImpl.lookupAllHostAddr(Ljava/lang/String;)[" INET, "rr:r",
     unknown_host},
    {"java", "java/net/Inet4AddressImpl.getHostByAddr([B)Ljava/lang/String;", "rr:r",
     unknown_address},
    {"java", "java/net/Inet6AddressImpl.getHostByAddr([B)Ljava/lang/String;", "rr:r",
     unknown_address},
    {"java", "java/net/Inet4AddressImpl.isReachable0([BI[BI)Z", "rriri:i", no_socket},
    {"java", "java/net/Inet6AddressImpl.isReachable0([BII[BII)Z", "rriirii:i", no_socket},
    {"java", INHERITED "initIDs()V", ":", ph_java_nothing},
    {"java", INHERITED "open0(Ljava/lang/String;I)I", "ri:i", none},
    {"java", INHERITED "dup(I)I", "i:i", none},
    {"java", INHERITED "dup2(II)V", "ii:", ph_java_nothing},
    {"java", INHERITED "close0(I)V", "i:", ph_java_nothing},
    {"java", INHERITED "soType0(I)I", "i:i", minus_one},
    {"java", INTERFACE "init()V", ":", ph_java_nothing},
    {"java", INTERFACE "getAll()[Ljava/net/NetworkInterface;", ":r", none},
    {"java", INTERFACE "getByName0(Ljava/lang/String;)Ljava/net/NetworkInterface;", "r:r", none},
    {"java", INTERFACE "getByIndex0(I)Ljava/net/NetworkInterface;", "i:r", none},
    {"java", INTERFACE "getByInetAddress0(" INET ")Ljava/net/NetworkInterface;", "r:r", none},
    {"java", INTERFACE "boundInetAddress0(" INET ")Z", "r:i", none},
    {"java", NET "pollinValue()S", ":i", constant_1},
    {"java", NET "polloutValue()S", ":i", constant_4},
    {"java", NET "pollerrValue()S", ":i", constant_8},
    {"java", NET "pollhupValue()S", ":i", constant_16},
    {"java", NET "pollnvalValue()S", ":i", constant_32},
    {"java", NET "pollconnValue()S", ":i", constant_4},
    {"java", NET "isIPv6Available0()Z", ":i", none},
    {"java", NET "isReusePortAvailable0()Z", ":i", none},
    {"java", NET "isExclusiveBindAvailable()I", ":i", none},
    {"java", NET "shouldSetBothIPv4AndIPv6Options0()Z", ":i", none},
    {"java", NET "canIPv6SocketJoinIPv4Group0()Z", ":i", none},
    {"java", NET "canJoin6WithIPv4Group0()Z", ":i", none},
    {"java", NET "canUseIPv6OptionsWithIPv4LocalAddress0()Z", ":i", none},
    {"java", NET "socket0(ZZZZ)I", "iiii:i", no_socket},
    {"java", NET "bind0(" D "ZZ" INET "I)V", "riiri:", no_socket},
    {"java", NET "listen(" D "I)V", "ri:", no_socket},
    {"java", NET "connect0(Z" D INET "I)I", "irri:i", no_socket},
    {"java", NET "accept(" D D "[Ljava/net/InetSocketAddress;)I", "rrr:i", no_socket},
    {"java", NET "shutdown(" D "I)V", "ri:", no_socket},
    {"java", NET "localPort(" D ")I", "r:i", no_socket},
    {"java", NET "localInetAddress(" D ")" INET, "r:r", no_socket},
    {"java", NET "poll(" D "IJ)I", "ril:i", no_socket},
    {"java", "sun/nio/ch/UnixDomainSockets.init()Z", ":i", none},
    {"java", "sun/nio/ch/UnixDomainSockets.socket0()I", ":i", no_socket},
    {"java", "jdk/net/LinuxSocketOptions.quickAckSupported0()Z", ":i", none},
    {"java", "jdk/net/LinuxSocketOptions.keepAliveOptionsSupported0()Z", ":i", none},
    {"java", "jdk/net/LinuxSocketOptions.incomingNapiIdSupported0()Z", ":i", none},
    {"java", "sun/nio/ch/EPoll.eventSize()I", ":i", constant_12},
    {"java", "sun/nio/ch/EPoll.eventsOffset()I", ":i", none},
    {"java", "sun/nio/ch/EPoll.dataOffset()I", ":i", constant_4},
    {"java", "sun/nio/ch/EPoll.create()I", ":i", no_selector},
    {"java", "sun/nio/ch/EventFD.eventfd0()I", ":i", no_selector},
    {"java", ADDRESS "AFINET()I", ":i", constant_2},
    {"java", ADDRESS "AFINET6()I", ":i", constant_10},
    {"java", ADDRESS "sizeofSockAddr4()I", ":i", constant_16},
    {"java", ADDRESS "sizeofSockAddr6()I", ":i", constant_28},
    {"java", ADDRESS "sizeofFamily()I", ":i", constant_2},
    {"java", ADDRESS "offsetFamily()I", ":i", none},
    {"java", ADDRESS "offsetSin4Port()I", ":i", constant_2},
    {"java", ADDRESS "offsetSin4Addr()I", ":i", constant_4},
    {"java", ADDRESS "offsetSin6Port()I", ":i", constant_2},
    {"java", ADDRESS "offsetSin6Addr()I", ":i", constant_8},
    {"java", ADDRESS "offsetSin6ScopeId()I", ":i", constant_24},
    {"java", ADDRESS "offsetSin6FlowInfo()I", ":i", constant_4},
};

ph_status ph_java_net_natives_add(struct ph_java_vm *self)
{
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
