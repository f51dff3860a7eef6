# find_package(SipFailover CONFIG): the target SipFailover::sipfailover.
include(${CMAKE_CURRENT_LIST_DIR}/SipFailoverTargets.cmake)
